// A third party (OpenID Connect) where everybody agrees at once: the browser comes straight back with a code.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function thirdParty(port) {
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const agreed = new Map();
  const idToken = (claims) => {
    const now = Math.floor(Date.now() / 1000);
    const signed = `${encode({ alg: 'ES256', kid: '1' })}.${encode({ iss: issuer, aud: 'pages', iat: now, exp: now + 600, name: 'Third', ...claims })}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const answers = {
    '/.well-known/openid-configuration': () => ({ issuer, jwks_uri: `${issuer}/keys`, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` }),
    '/keys': () => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256', use: 'sig' }] }),
    '/token': (body) => ({ access_token: 'at', token_type: 'Bearer', id_token: idToken(agreed.get(new URLSearchParams(body).get('code'))) }),
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    if (pathname === '/authorize') {
      const code = randomUUID();
      agreed.set(code, { sub: 'person-of-the-page', nonce: searchParams.get('nonce') ?? undefined });
      const back = new URL(searchParams.get('redirect_uri'));
      back.search = new URLSearchParams({ code, state: searchParams.get('state') });
      response.writeHead(302, { location: back.href }).end();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const answer = answers[pathname]?.(body);
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });
  await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return { issuer, server };
}
