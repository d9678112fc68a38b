import { CadenzaError } from '../../contracts/failures';

/** Real pages stay below 100; parsers take quadratic time in the depth and overflow their stack. */
const DEEPEST = 300;

/** Elements that have no end tag, or seldom get one. */
const WITHOUT_END = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd option tr td th thead tbody'.split(
    ' ',
  ),
);

/**
 * HTML that no parser hangs on: as given, with every `<` that begins no tag escaped.
 * @throws CadenzaError `ExtractionLimit` when it is nested too deeply
 */
export function guardHtml(html: string): string {
  let depth = 0;
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([A-Za-z][A-Za-z0-9-]{0,30})/g)) {
    if (WITHOUT_END.has(name.toLowerCase())) continue;
    depth = slash === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > DEEPEST) throw new CadenzaError('ExtractionLimit', 'is nested more deeply than can be read');
  }
  return html.replace(/<(?![A-Za-z/!?])/g, '&lt;');
}
