import { CadenzaError } from '../contracts/failures';
import { shown, suggestion } from '../contracts/nearest-name';
import type { Handler, Handlers } from './handler';

/** The handler of that name. @throws CadenzaError `UnknownHandler` with the known names, the nearest first */
export function findHandler(handlers: Handlers, name: string): Handler {
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler) return handler;
  const known = suggestion(name, Object.keys(handlers));
  throw new CadenzaError('UnknownHandler', `no handler is named "${shown(name)}"${known}`, { field: 'handler' });
}
