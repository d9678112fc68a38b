/** How commands are called in what people are told. */
export const COMMAND = 'npx cadenza';
