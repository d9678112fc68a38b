const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;
/** What a terminal does not show as it is: controls, turned or hidden text, line ends; not what joins an emoji. */
const UNSEEN = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * A word of a command line that is shown to be copied: quoted, where a shell would take it for more than the one word. What
 * can not be seen is written as an escape of bash and zsh, so that the word stays the same.
 */
export function shellWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!UNSEEN.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = Array.from(word.replace(/[\\']/g, '\\$&'), (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (!UNSEEN.test(character)) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `$'${escaped.join('')}'`;
}
