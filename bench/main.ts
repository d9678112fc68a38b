import { history } from './history';
import { ensemble } from './ensemble';
import { journal } from './journal';
import type { Measure } from './measures';
import { memory, overhead, throughput } from './measures';
import { tree } from './tree';

const BENCHES: Record<string, () => Promise<Measure[]>> = {
  overhead,
  throughput,
  memory,
  history,
  ensemble,
  tree,
  journal,
};

/** `npm run bench -- <name> [--json]`: both sides measured in this run, and whether the ratio holds. */
async function main(words: string[]): Promise<void> {
  const json = words.includes('--json');
  const name = words.find((word) => !word.startsWith('--')) ?? '';
  const bench = BENCHES[name];
  if (!bench) {
    console.error(`bench "${name}" is not known; there are: ${Object.keys(BENCHES).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const measures = await bench();
  const holds = measures.every((measure) => measure.holds);
  if (json) console.log(JSON.stringify({ bench: name, measures, holds }));
  else measures.forEach(print);
  process.exitCode = holds ? 0 : 1;
}

function print({
  name,
  cadenza,
  handWritten,
  against = 'hand-written',
  unit,
  ratio,
  limit,
  holds,
  note,
}: Measure): void {
  const numbers = `cadenza ${cadenza.toFixed(1)} ${unit}, ${against} ${handWritten.toFixed(1)} ${unit}`;
  console.log(
    `${holds ? 'holds ' : 'MISSED'} ${name}: ${numbers}, ratio ${ratio.toFixed(2)} (${limit})${note ? `; ${note}` : ''}`,
  );
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
