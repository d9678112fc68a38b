/** What a sealed thing is for: each purpose has keys of its own, so that nothing can be passed off as something else. */
export type SealPurpose = 'payload' | 'content' | 'journal' | 'cache' | 'names';

/** Authenticated encryption with several keys: the first seals, all open. */
export interface Cipher {
  /** The id of the key that seals. */
  readonly keyId: string;
  readonly keyIds: readonly string[];
  /** `binding` is not stored: what is opened with another one is refused. */
  seal(purpose: SealPurpose, plain: Uint8Array, binding: string): Uint8Array;
  /** @throws CadenzaError `EncryptionKeyMissing` naming the key's id, `DecryptionFailed` */
  open(purpose: SealPurpose, sealed: Uint8Array, binding: string): Uint8Array;
}

/** How a store keeps what it is given: sealed, under names that tell nothing to who has no key. */
export type Sealing = {
  readonly cipher: Cipher;
  /** The name for a hash of what is kept; the same for every key, so that a rotation moves nothing. */
  nameOf(purpose: SealPurpose, hash: string): string;
};
