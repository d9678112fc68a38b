import { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * Downloads the Temporal CLI of that version into `folder`, by the SDK's own means, which start it once to see that it
 * works. This file is a program of its own: the SDK's download can not be ended, a process can.
 */
export async function downloadTemporal(folder: string, version: string): Promise<void> {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', version, downloadDir: folder } },
  });
  await environment.teardown();
}

if (require.main === module) {
  const [folder = '', version = ''] = process.argv.slice(2);
  downloadTemporal(folder, version).then(
    () => process.exit(0),
    (error: Error) => {
      // The cause stands last in the SDK's message, after the address twice.
      process.stderr.write(`${error.message.split('\n').join(' ')}\n`);
      process.exit(1);
    },
  );
}
