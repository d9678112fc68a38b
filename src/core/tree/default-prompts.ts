/** The prompts of a tree without templates of its own. They ask in the words that the parsers look for. */
export const DEFAULT_PROMPTS = {
  propose: `Problem:
{problem}

Steps so far, none at first:
{path}

Propose {count} different next steps that could lead to a solution. Write each as one item of a numbered list, and nothing else.
`,
  sample: `Problem:
{problem}

Steps so far, none at first:
{path}

Write the next step towards a solution: one step, in a few sentences, and nothing else.
`,
  number: `Problem:
{problem}

Steps so far:
{path}

How likely do these steps lead to a correct solution? Think briefly. Then write a last line "Score: " with a number from 0 (can not) to 1 (will).
`,
  verdict: `Problem:
{problem}

Steps so far:
{path}

Do these steps lead to a correct solution? Think briefly. Then write a last line with nothing but one of these verdicts: {verdicts}
`,
  vote: `Problem:
{problem}

These are different ways towards a solution, as far as they got:
{candidates}

Which one is most likely to lead to a correct solution? Compare them briefly. Then write a last line "The best choice is " with its number.
`,
  answer: `Problem:
{problem}

Steps to its solution:
{path}

Write the solution that these steps lead to, and nothing else.
`,
  goal: `Problem:
{problem}

Proposed solution:
{thought}

Is it a correct and complete solution? Think briefly. Then write a last line with nothing but yes or no.
`,
} as const;
