/** How OpenAI's models cut texts into tokens. */
export type Encoding = 'o200k_base' | 'cl100k_base';

/** The families of OpenAI's model ids, fine-tuned ones too. `gpt-oss` is served by others, and with a preamble. */
const FAMILIES: readonly [RegExp, Encoding][] = [
  [/^(?:gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|chatgpt-4o|o[134])(?![a-z\d])/, 'o200k_base'],
  [/^(?:gpt-4|gpt-3\.5)(?![.\w])|^text-embedding-(?:3-|ada-002)/, 'cl100k_base'],
];

/**
 * The encoding of a model, where that is certain: at OpenAI itself. Whoever else serves a model under such a name may
 * have another one behind it, which cuts the same text into more tokens.
 */
export function encodingOf(model: string, baseUrl: string): Encoding | undefined {
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol !== 'https:' || !/^(?:[a-z]{2}\.)?api\.openai\.com$/.test(hostname)) return undefined;
  const id = model.replace(/^ft:/, '');
  return FAMILIES.find(([family]) => family.test(id))?.[1];
}
