const LANGUAGES = [
  'january february march april may june july august september october november december',
  'jan feb mar apr may jun jul aug sep oct nov dec',
  'januar februar märz april mai juni juli august september oktober november dezember',
  'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
];

/** Month names in lower case, English, German, French and Spanish, with their numbers. */
export const MONTHS: ReadonlyMap<string, number> = new Map([
  ...LANGUAGES.flatMap((names) => names.split(' ').map((name, index) => [name, index + 1] as const)),
  ['sept', 9],
]);
