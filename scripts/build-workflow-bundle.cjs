// Bundles the workflows once, at build time, so that a worker starts without webpack.
// Skipped when nothing the bundle was made from has changed.
const { mkdirSync, readFileSync, writeFileSync, existsSync, readdirSync } = require('node:fs');
const { createHash } = require('node:crypto');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const target = path.join(root, 'lib', 'workflow-bundle.js');
/** The same for runs whose payloads are encrypted: in it, failures put what they say where the codec encrypts it. */
const encrypted = path.join(root, 'lib', 'workflow-bundle-encrypted.js');
const stamp = `${target}.sha256`;

/** Hash of every source that may be in a bundle, and of the SDK that runs it. */
function fingerprint() {
  const hash = createHash('sha256')
    .update(require('@temporalio/worker/package.json').version)
    .update(readFileSync(__filename));
  for (const folder of ['contracts', 'core', 'payloads', 'workflows']) {
    const base = path.join(root, 'src', folder);
    for (const name of readdirSync(base, { recursive: true }).sort()) {
      if (String(name).endsWith('.ts')) hash.update(String(name)).update(readFileSync(path.join(base, String(name))));
    }
  }
  return hash.digest('hex');
}

async function main() {
  const wanted = fingerprint();
  if ([target, encrypted, stamp].every(existsSync) && readFileSync(stamp, 'utf8') === wanted) return;
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
  const bundle = async (file, more = {}) => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: path.join(root, 'lib', 'workflows', 'index.js'),
      payloadConverterPath: path.join(root, 'lib', 'payloads', 'payload-converter.js'),
      workflowInterceptorModules: [path.join(root, 'lib', 'workflows', 'run-observer.js')],
      logger: new DefaultLogger('WARN'),
      ...more,
    });
    writeFileSync(file, code);
  };
  mkdirSync(path.dirname(target), { recursive: true });
  await bundle(target);
  await bundle(encrypted, { failureConverterPath: path.join(root, 'lib', 'payloads', 'failure-converter.js') });
  writeFileSync(stamp, wanted);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
