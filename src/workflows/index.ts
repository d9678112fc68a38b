export { batch } from './batch';
export { cascade } from './cascade';
export { definitionRegistry } from './definition-registry';
export { ensemble } from './ensemble';
export { eventRouter } from './event-router';
export { handleEvent } from './handle-event';
export { pipeline } from './pipeline';
export { routeToModel } from './route-to-model';
