import { gamePuzzles } from '../../helpers/game-of-24';
import type { SimulatedModel } from '../../helpers/simulated-model';
import { startProgram } from '../../helpers/simulated-model';

let models: SimulatedModel[] = [];
afterEach(() => Promise.all(models.map((model) => model.close())));

const move = (left: string) => `10 - 4 = 6 (left: ${left})`;
const PROMPTS = gamePuzzles()
  .slice(0, 10)
  .flatMap((puzzle) => {
    const [a = '', b = '', c = '', d = ''] = puzzle.split(' ');
    const steps = [
      `${a} + ${b} = ${Number(a) + Number(b)} (left: x)`,
      `${c} * ${d} = ${Number(c) * Number(d)} (left: x)`,
    ];
    return [
      `Input: ${puzzle}\nPossible next steps:\n`,
      `Input: ${a}/${d} ${b} 24\nPossible next steps:`,
      `Input: 24\nPossible next steps:`,
      `Evaluate if given numbers can reach 24 (sure/likely/impossible)\n${puzzle}\n`,
      `Evaluate if given numbers can reach 24 (sure/likely/impossible)\n${a}/${b} -${c} ${d}`,
      `give a judgement (sure/impossible)\nInput: ${puzzle}\nAnswer: (${a} + ${b}) * ${c} - ${d} = 24\nJudge:`,
      `give a judgement (sure/impossible)\nInput: ${puzzle}\nAnswer: ${a} / (${b} - ${b}\nJudge:`,
      `you are only allowed to choose two\nInput: ${puzzle}\nSteps:\n${steps.join('\n')}\n${move('24')}\n`,
    ];
  });

test.each([[[]], [['--quirks', '--seed', '3']]])(
  'the model of the example says word for word what the one behind the reference traces says, with %j',
  async (options) => {
    models = await Promise.all([startProgram('node', options), startProgram('python', options)]);
    for (const prompt of PROMPTS) {
      const [own, recorded] = await Promise.all(models.map((model) => model.ask(prompt, 2)));
      expect({ prompt, texts: own }).toEqual({ prompt, texts: recorded });
    }
  },
  60_000,
);
