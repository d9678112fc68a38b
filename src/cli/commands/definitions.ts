import { loadShippedDefinitions } from '../../config/load-definitions';
import { EXIT } from '../../contracts/run';
import { wrapped } from '../render/layout';
import type { Terminal } from '../terminal';

/** `cadenza definitions`: the pipelines that can be run by name. */
export async function definitions(terminal: Terminal, { json = false }: { json?: boolean }): Promise<number> {
  const found = [...loadShippedDefinitions().values()];
  if (json) {
    const shown = found.map(({ definition: { name, description, steps }, version }) => ({
      name,
      version,
      ...(description === undefined ? {} : { description }),
      steps: steps.map((step) => step.name),
    }));
    terminal.printJson({ definitions: shown });
    return EXIT.ok;
  }
  const { columns, resultPaint: paint } = terminal;
  for (const { definition } of found) {
    terminal.print([
      paint.bold(definition.name),
      ...wrapped(definition.description ?? '', columns, 2),
      ...wrapped(`Steps: ${definition.steps.map(({ name }) => name).join(', ')}`, columns, 2),
    ]);
  }
  return EXIT.ok;
}
