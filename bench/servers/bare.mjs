/** The limit: node:http that writes the bytes of an answer made before, told by IPC. */
import { createServer } from 'node:http';

let bytes = Buffer.alloc(0);
process.on('message', ({ answer }) => {
  bytes = Buffer.from(answer, 'base64');
  process.send('told');
});
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.end(bytes);
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.on('disconnect', () => process.exit());
