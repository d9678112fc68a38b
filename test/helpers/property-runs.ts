/** How many cases a property is tried on: the first quarter of them, and all with `npm run prove -- properties`. */
export function propertyRuns(all: number): number {
  return process.env['CADENZA_PROVE'] === 'properties' ? all : Math.ceil(all / 4);
}
