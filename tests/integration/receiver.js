// A webhook receiver around the reference's sample as it stands, with what Express gives it: `req` and `res`.
const fs = require('fs');
const http = require('http');
const path = require('path');

const sample = fs.readFileSync(path.join(__dirname, 'reference_sample.js'), 'utf8');
const handle = new Function('require', 'req', 'res', `${sample}\nreturn res.status(204).send();`);

const server = http.createServer((request, response) => {
  const res = {
    status(code) {
      response.statusCode = code;
      return res;
    },
    send: (text) => response.end(text),
  };
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const req = { rawBody: Buffer.concat(chunks), headers: request.headers };
    const isNamed = JSON.parse(req.rawBody).event === request.headers['x-pandocast-event'];
    return isNamed ? handle(require, req, res) : res.status(400).send('Another event');
  });
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
