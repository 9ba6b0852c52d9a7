// A webhook receiver as the reference's sample has it: Node's own crypto judges each delivery.
const crypto = require('crypto');
const http = require('http');

function verifyWebhook(body, signature, secret) {
  const expected = crypto.createHmac('sha256', secret).update(body).digest('hex');
  return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const secret = process.env.PANDOCAST_WEBHOOK_SECRET;
    const isValid = verifyWebhook(body, request.headers['x-pandocast-signature'], secret);
    const isNamed = JSON.parse(body).event === request.headers['x-pandocast-event'];
    response.statusCode = isValid && isNamed ? 204 : 401;
    response.end();
  });
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
