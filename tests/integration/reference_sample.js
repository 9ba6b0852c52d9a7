const crypto = require('crypto');
function verifyWebhook(body, signature, secret) {
const expected = crypto
.createHmac('sha256', secret)
.update(body)
.digest('hex');
return crypto.timingSafeEqual(
Buffer.from(signature),
Buffer.from(expected)
);
}
// In your request handler:
const isValid = verifyWebhook(
req.rawBody,
req.headers['x-pandocast-signature'],
process.env.PANDOCAST_WEBHOOK_SECRET
);
if (!isValid) {
return res.status(401).send('Invalid signature');
}
