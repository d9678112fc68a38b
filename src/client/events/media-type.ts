/** A media type without its parameters, in lower case, and its charset. */
export type MediaType = { essence: string; charset: string | undefined };

/** Undefined where the text is no media type. */
export function parseMediaType(text: string | undefined): MediaType | undefined {
  const [essence = '', ...parameters] = (text ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/.test(essence)) return undefined;
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  return { essence, charset: charset?.replace(/^"(.*)"$/, '$1') };
}

/** True for `application/json`, and types that are written in it. */
export function isJson({ essence }: MediaType): boolean {
  return essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json');
}

/** True where text in that charset is UTF-8. */
export function isUtf8({ charset }: MediaType): boolean {
  return charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset);
}
