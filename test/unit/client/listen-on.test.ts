import { createServer } from 'node:http';
import { closeServer, listenOn } from '../../../src/client/http-server';

test('an empty address, which to the system is every address of the machine, is refused', async () => {
  const server = createServer();
  await expect(listenOn(server, 0, ' ').finally(() => closeServer(server))).rejects.toMatchObject({
    type: 'ConfigurationInvalid',
    field: 'host',
  });
});
