import { shown } from '../../contracts/nearest-name';
import { malformed } from './refusal';

const PREFIX = 'ce-';

/**
 * The attributes of an event in binary mode: `ce-` headers, percent-decoded, and the Content-Type. Headers have no
 * types, so all but our own `hops` are text.
 * @throws Refusal 400 naming the attribute
 */
export function attributesInHeaders(
  headers: NodeJS.Dict<string[]>,
  contentType: string | undefined,
): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const [header, values = []] of Object.entries(headers)) {
    if (!header.startsWith(PREFIX)) continue;
    const name = header.slice(PREFIX.length);
    if (['datacontenttype', 'data', 'data_base64'].includes(name)) {
      throw malformed(`${header}: the data is the body, and its type the Content-Type`, name);
    }
    if (values.length > 1) throw malformed(`${shown(header)}: is there more than once`, shown(name));
    const text = decoded(values[0] ?? '', shown(name));
    attributes[name] = name === 'hops' && /^\d{1,4}$/.test(text) ? Number(text) : text;
  }
  return contentType === undefined ? attributes : { ...attributes, datacontenttype: contentType };
}

function decoded(raw: string, name: string): string {
  if (!/^[\x20-\x7e]*$/.test(raw)) throw malformed(`ce-${name}: write characters outside ASCII as %XX of UTF-8`, name);
  const quoted = /^"(.*)"$/.exec(raw)?.[1];
  const text = quoted === undefined ? raw : quoted.replace(/\\(.)/g, '$1');
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => decodeURIComponent(codes));
  } catch {
    throw malformed(`ce-${name}: what its %XX stand for is not UTF-8`, name);
  }
}
