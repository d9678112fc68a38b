import { execFileSync, spawnSync } from 'node:child_process';
import { candidatesFor, SHELLS } from '../../../src/cli/completion/candidates';
import { COMPLETION_SCRIPTS } from '../../../src/cli/completion/scripts';
import { createProgram } from '../../../src/cli/program';
import { createTerminal } from '../../../src/cli/terminal';
import { PATTERNS } from '../../../src/contracts/names';

const program = createProgram(createTerminal(), async () => undefined);
const at = (line: string) => candidatesFor(program, line.split(' '));

test('the first word is a command, and those for scripts are left out', () => {
  const { words } = at('') as { words: string[] };
  expect(words).toEqual(expect.arrayContaining(['run', 'list', 'analyze', 'doctor', 'completion']));
  expect(words).not.toContain('complete');
});

test.each([
  ['status ', { names: 'runs' }],
  ['cancel --wait ', { names: 'runs' }],
  ['run ', { words: PATTERNS }],
  ['run --detach ens', { words: PATTERNS }],
  ['run -i ', 'files'],
  ['run ensemble --input ', 'files'],
  ['analyze one.pdf ', 'files'],
  ['list --model ', { names: 'models' }],
  ['list --model gpt4 --pattern ', { words: PATTERNS }],
  ['list --since ', { words: ['today', 'yesterday', '1h', '7d'] }],
  ['completion ', { words: SHELLS }],
  ['list --limit ', { words: [] }],
])('after "%s" come the values that can stand there', (line, expected) => {
  expect(at(line)).toEqual(expected);
});

test('options are those of the command, subcommands those of their own', () => {
  expect((at('list --') as { words: string[] }).words).toEqual(expect.arrayContaining(['--since', '--sort', '--help']));
  expect(at('models ')).toEqual({ words: expect.arrayContaining(['check', 'install']) });
});

test('bash takes the answers of the command as its own, and leaves files to itself', () => {
  const script = `cadenza() { shift 2; if [ "$1" = analyze ]; then echo :files; else printf '%s\\n' "a b" "got:$1:$2"; fi; }
${COMPLETION_SCRIPTS.bash}
COMP_WORDS=(cadenza status x); COMP_CWORD=2; _cadenza; printf '%s|' "\${COMPREPLY[@]}"
COMP_WORDS=(cadenza analyze ''); COMP_CWORD=2; _cadenza; echo "\${#COMPREPLY[@]}"`;
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('a b|got:status:x|0\n');
});

test.each(['zsh', 'fish'] as const)('the script of %s is one that it can read, where it is there', (shell) => {
  const { status, error, stderr } = spawnSync(shell, ['-n', '-c', COMPLETION_SCRIPTS[shell]], { encoding: 'utf8' });
  if (error === undefined) expect([status, stderr]).toEqual([0, '']);
  expect(COMPLETION_SCRIPTS[shell]).toContain('cadenza complete --');
});
