import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';

/** The number of `--port`; 0 lets the system choose. @throws CadenzaError `InvalidInput` */
export function portIn(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CadenzaError('InvalidInput', `--port is "${shown(text)}": it must be a number from 0 to 65535`, {
    field: 'port',
  });
}
