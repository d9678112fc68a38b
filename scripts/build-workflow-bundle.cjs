// Bundles the workflows once, at build time, so that a worker starts without webpack.
// Skipped when nothing the bundle was made from has changed.
const { mkdirSync, readFileSync, writeFileSync, existsSync, readdirSync } = require('node:fs');
const { createHash } = require('node:crypto');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const target = path.join(root, 'lib', 'workflow-bundle.js');
const stamp = `${target}.sha256`;

/** Hash of every source a workflow may import, and of the SDK that runs it. */
function fingerprint() {
  const hash = createHash('sha256').update(require('@temporalio/worker/package.json').version);
  for (const folder of ['contracts', 'core', 'workflows']) {
    const base = path.join(root, 'src', folder);
    for (const name of readdirSync(base, { recursive: true }).sort()) {
      if (String(name).endsWith('.ts')) hash.update(String(name)).update(readFileSync(path.join(base, String(name))));
    }
  }
  return hash.digest('hex');
}

async function main() {
  const wanted = fingerprint();
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(root, 'lib', 'workflows', 'index.js'),
    logger: new DefaultLogger('WARN'),
  });
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, code);
  writeFileSync(stamp, wanted);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
