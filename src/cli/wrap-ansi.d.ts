/** wrap-ansi 7 (the last CommonJS version) ships no types. */
declare module 'wrap-ansi' {
  /** Breaks a text into lines of at most that many columns; `hard` breaks words that are longer. */
  function wrapAnsi(text: string, columns: number, options?: { hard?: boolean; trim?: boolean }): string;
  export = wrapAnsi;
}
