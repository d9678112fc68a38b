/**
 * The part of node-llama-cpp 3.21 that is used here. The package lives in the cache folder, where the compiler does not
 * see its own types.
 */
export type Token = number & { readonly __token: never };

export type Sequence = {
  readonly nextTokenIndex: number;
  compareContextTokens(tokens: Token[]): { firstDifferentIndex: number };
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: Token[]): Promise<void>;
};

export type Grammar = { readonly __grammar: never };

export type Model = {
  /** `special` reads markers such as `<|im_start|>` as what they stand for: never on foreign text. */
  tokenize(text: string, special?: boolean): Token[];
  createContext(options: {
    contextSize: number;
    sequences: number;
    threads: number;
    batchSize: number;
  }): Promise<{ getSequence(): Sequence }>;
};

export type Llama = {
  loadModel(options: { modelPath: string }): Promise<Model>;
  createGrammarForJsonSchema(schema: object): Promise<Grammar>;
};

export type CompletionOptions = {
  maxTokens: number;
  temperature: number;
  topP: number;
  seed: number;
  grammar?: Grammar;
  repeatPenalty?: false;
  customStopTriggers?: string[];
  disableContextShift: boolean;
  signal: AbortSignal;
  onTextChunk(text: string): void;
  onToken(tokens: Token[]): void;
};

export type Completion = {
  generateCompletionWithMeta(
    input: Token[],
    options: CompletionOptions,
  ): Promise<{ response: string; metadata: { stopReason: string } }>;
};

export type EngineModule = {
  getLlama(options: {
    gpu: false;
    build: 'never';
    skipDownload: true;
    progressLogs: false;
    logLevel: string;
  }): Promise<Llama>;
  LlamaCompletion: new (options: { contextSequence: Sequence }) => Completion;
};
