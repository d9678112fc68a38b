export { definitionRegistry } from './definition-registry';
export { pipeline } from './pipeline';
