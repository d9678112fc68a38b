import { RE2JS } from 're2js';

/**
 * What JSONata needs of a regular expression, on a linear-time engine (RE2's): no pattern can hang the thread.
 * Look-around and back-references are not regular, and are refused when the expression is evaluated.
 */
export class LinearRegex {
  lastIndex = 0;
  private readonly pattern: RE2JS;

  /** @throws Error naming the pattern, which is the expression's author's own text */
  constructor(given: RegExp) {
    const flags = (given.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (given.multiline ? RE2JS.MULTILINE : 0);
    try {
      this.pattern = RE2JS.compile(given.source, flags);
    } catch {
      throw new Error(
        `/${given.source.slice(0, 60)}/ uses something that is not regular (look-around, back-reference)`,
      );
    }
  }

  exec(text: string): (string[] & { index: number }) | null {
    const matcher = this.pattern.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '');
    return Object.assign(groups, { index: matcher.start() });
  }
}
