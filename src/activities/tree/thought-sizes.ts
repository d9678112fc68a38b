/** JSON bytes of a thought or a state that stay in place: a tree has thousands of them. */
export const THOUGHT_BYTES = 256;

/** JSON bytes of all thoughts on the way to a node that travel with each of its calls. */
export const PATH_BYTES = 1024;
