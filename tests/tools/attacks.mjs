// Attacks that once worked, as checks: each FAILs while its weakness is there. Node 20, nothing to install.
//   BIN=/path/to/auth-server node attacks.mjs          (ONLY=regexp: some of them)
// Starts servers of its own (profile local, limits on, a private PostgreSQL in a temporary folder, loopback only) and
// ends them.
import http from 'node:http'
import net from 'node:net'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn, execFileSync } from 'node:child_process'
import { randomBytes, randomInt, pbkdf2Sync, generateKeyPairSync, sign, createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

const BIN = process.env.BIN || 'target/release/auth-server'
const ONLY = process.env.ONLY ? new RegExp(process.env.ONLY) : null
const TMP = fs.mkdtempSync(path.join(os.tmpdir(), 'attacks-'))
fs.chmodSync(TMP, 0o755)
const tally = { ok: 0, fail: 0 }
const check = (good, why) => { if (!good) throw new Error(why) }
const wanted = name => !(ONLY && !ONLY.test(name))
async function test(name, fn) {
  if (!wanted(name)) return
  let timer
  try {
    await Promise.race([fn(), new Promise((_, no) => { timer = setTimeout(() => no(new Error('not finished within 90 s')), 90000) })])
    tally.ok++; console.log(`ok ${name}`)
  } catch (e) { tally.fail++; console.log(`FAIL ${name}: ${String(e?.message || e).replace(/\s+/g, ' ').slice(0, 400)}`) } finally { clearTimeout(timer) }
}

// ------------------------------------------------------------------ servers
const children = new Set()
async function start(label, vars = {}, nofile) {
  const dir = fs.mkdtempSync(path.join(TMP, `${label}-`)); fs.chmodSync(dir, 0o755)
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, AUTH_PROFILE: 'local', AUTH__DATABASE__DATA_DIR: path.join(dir, 'data'), AUTH__HTTP__LISTEN: '127.0.0.1:0', AUTH__ADMIN__LISTEN: '127.0.0.1:0', AUTH__LIMITS__ENABLED: 'true', AUTH__HTTP__TRUSTED_PROXIES: '127.0.0.1', AUTH__HTTP__PUBLIC_URL: 'http://127.0.0.1:9', ...vars }
  const log = path.join(dir, 'log'), out = fs.openSync(log, 'w')
  const cmd = nofile ? ['prlimit', [`--nofile=${nofile}:${nofile}`, BIN, 'serve']] : [BIN, ['serve']]
  const child = spawn(cmd[0], cmd[1], { env, cwd: dir, stdio: ['ignore', out, out] }); children.add(child)
  const exited = new Promise(yes => child.on('exit', code => { children.delete(child); yes(code) }))
  const text = () => fs.readFileSync(log, 'utf8')
  for (let i = 0; i < 600 && child.exitCode === null && !/admin listening on/.test(text()); i++) await sleep(100)
  if (!/admin listening on/.test(text())) throw new Error(`${label} did not start: ${text().slice(-300)}`)
  const url = re => text().match(re)[1]
  return { env, dir, log: text, child, base: url(/^listening on (http:\S+)/m), admin: url(/^admin listening on (http:\S+)/m), stop: async () => { child.kill('SIGTERM'); await Promise.race([exited, sleep(35000)]) } }
}
const cli = (server, ...args) => execFileSync(BIN, args, { env: server.env, cwd: server.dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 30000 })
const adminKey = server => ({ authorization: `Bearer ${cli(server, 'admin-keys', 'create', '--name', 'probe', '--scope', 'users:read', '--scope', 'users:write').match(/ak_\S+/)[0]}` })

// --------------------------------------------------------------------- http
const agent = new http.Agent({ keepAlive: true, maxSockets: 300 })
function req(base, method, p, body, headers = {}) {
  return new Promise((yes, no) => {
    const u = new URL(base + p), data = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body), t = process.hrtime.bigint()
    const r = http.request({ host: u.hostname, port: u.port, path: u.pathname + u.search, method, agent, headers: { ...(data === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) }), ...headers } }, res => {
      const c = []; res.on('data', d => c.push(d)); res.on('end', () => { const text = Buffer.concat(c).toString(); let json; try { json = JSON.parse(text) } catch {} yes({ status: res.statusCode, json, text, ms: Number(process.hrtime.bigint() - t) / 1e6 }) })
    })
    r.on('error', no); r.setTimeout(30000, () => r.destroy(new Error('no answer in 30 s'))); r.end(data)
  })
}
const many = async (n, parallel, f) => { let i = 0; const out = []; await Promise.all(Array.from({ length: parallel }, async () => { while (i < n) { const k = i++; out[k] = await f(k) } })); return out }
const count = (answers, f) => answers.filter(f).length
const limited = x => x.status === 429 || x.json?.error === 'captcha_required'
const ip = () => `${randomInt(11, 99)}.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`
const dev = () => randomBytes(16).toString('hex')
const who = (address = ip(), device = dev()) => ({ 'x-forwarded-for': address, ...(device ? { 'x-device-id': device } : {}) })
const bearer = (h, token) => ({ ...h, authorization: `Bearer ${token}` })
const mail = () => `u${randomBytes(7).toString('hex')}@example.com`
const phone = () => `+86 13${randomInt(100000000, 1000000000)}`
const name = () => `n${randomBytes(6).toString('hex')}`
const PASSWORD = 'Passw0rd!x9'
const field = a => (a.includes('@') ? { email: a } : { phone_number: a })
const codesTo = (s, a) => [...s.log().matchAll(/^message channel=\w+ to="([^"]*)" code=(\d{6})/gm)].filter(m => m[1] === a)
const send = (s, a, h) => req(s.base, 'POST', '/auth/v1/verification', field(a), h)
async function prove(s, a, h) {
  const before = codesTo(s, a).length, sent = await send(s, a, h)
  if (sent.status !== 200) throw new Error(`preparing: a code was refused: ${sent.text}`)
  for (let i = 0; i < 100 && codesTo(s, a).length === before; i++) await sleep(50)
  const v = await req(s.base, 'POST', '/auth/v1/verification/verify', { verification_id: sent.json.verification_id, verification_code: codesTo(s, a).at(-1)[2] }, h)
  if (v.status !== 200) throw new Error(`preparing: ${v.text}`)
  return v.json.verification_token
}
async function signUp(s, a, more = {}, h = who()) {
  const token = await prove(s, a, h), r = await req(s.base, 'POST', '/auth/v1/signup', { ...field(a), verification_token: token, ...more }, h)
  if (r.status !== 200) throw new Error(`preparing: ${r.text}`)
  return { ...r.json, token, h, auth: bearer(h, r.json.access_token) }
}
const signIn = (s, username, password, h) => req(s.base, 'POST', '/auth/v1/signin', { username, password }, h)

// ------------------------------------------------------------ a third party
async function thirdParty() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }), codes = new Map()
  const b = x => Buffer.from(JSON.stringify(x)).toString('base64url')
  const server = http.createServer((q, r) => { let d = ''; q.on('data', x => { d += x }); q.on('end', () => {
    const json = (s, o) => { r.writeHead(s, { 'content-type': 'application/json' }); r.end(JSON.stringify(o)) }
    if (q.url === '/.well-known/openid-configuration') return json(200, { issuer: iss, authorization_endpoint: `${iss}/a`, token_endpoint: `${iss}/t`, jwks_uri: `${iss}/k` })
    if (q.url === '/k') return json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] })
    const f = new URLSearchParams(d), c = codes.get(f.get('code'))
    if (!c || c.challenge !== createHash('sha256').update(f.get('code_verifier') || '').digest('base64url')) return json(400, { error: 'invalid_grant' })
    codes.delete(f.get('code')); json(200, { access_token: 'x', token_type: 'Bearer', id_token: idToken({ sub: c.sub, nonce: c.nonce }) })
  }) })
  await new Promise(yes => server.listen(0, '127.0.0.1', yes)); server.unref()
  const iss = `http://127.0.0.1:${server.address().port}`
  const idToken = claims => { const n = Math.floor(Date.now() / 1000), s = `${b({ alg: 'ES256', kid: 'k', typ: 'JWT' })}.${b({ iss, aud: 'probe', iat: n, exp: n + 600, jti: dev(), ...claims })}`; return `${s}.${sign('sha256', Buffer.from(s), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}` }
  const approve = (sub, uri) => { const p = new URL(uri).searchParams, code = dev(); codes.set(code, { sub, challenge: p.get('code_challenge'), nonce: p.get('nonce') }); return code }
  return { iss, idToken, approve }
}
const exchange = (s, grant, h) => req(s.base, 'POST', '/auth/v1/provider/token', { provider_id: 'op', ...grant }, h)

async function group(label, tests, vars, fn) {
  if (!tests.some(wanted)) return
  let s
  try { s = await start(label, vars); await fn(s) } catch (e) { tally.fail++; console.log(`FAIL ${label}/starts: ${e.message}`) } finally { await s?.stop() }
}

// ------------------------------------------------- 1: defaults, limits are on
const ONE = ['codes/a-stranger-does-not-use-up-the-owners-sends', 'hashing/one-provider-token-does-not-buy-hashes-without-end', 'growth/ending-nothing-leaves-no-event', 'sends/many-64s-of-one-48-share-a-limit', 'sends/no-text-message-to-premium-satellite-or-landline', 'oidc/a-code-is-tied-to-its-flow-without-a-device-id-too', 'oidc/the-same-device-gets-another-verifier-each-time', 'sudo/a-bare-access-token-sets-no-first-password', 'passwords/a-first-password-is-set-once', 'sudo/a-bare-access-token-does-not-replace-the-owners-identity', 'export/holds-everything-that-is-kept']
const party = await thirdParty()
await group('defaults', ONE, { AUTH__PROVIDERS__OP__KIND: 'oidc', AUTH__PROVIDERS__OP__ISSUER: party.iss, AUTH__PROVIDERS__OP__CLIENT_ID: 'probe', AUTH__PROVIDERS__OP__CLIENT_SECRET: 'secret-secret', AUTH__PROVIDERS__OP__REDIRECT_URIS: 'https://app.example.com/cb' }, async s => {
  await test('codes/a-stranger-does-not-use-up-the-owners-sends', async () => {
    const p = phone(); for (let i = 0; i < 5; i++) await send(s, p, who('198.51.100.66'))
    const r = await send(s, p, who('192.0.2.20'))
    check(r.status === 200, `five requests of one stranger (one address, five device ids), then the owner from a network of his own: ${r.status} ${r.text}`)
  })
  await test('hashing/one-provider-token-does-not-buy-hashes-without-end', async () => {
    const h = who(), sub = dev(), token = async () => (await exchange(s, { provider_id_token: party.idToken({ sub }) }, h)).json.provider_token
    await req(s.base, 'POST', '/auth/v1/signin/with/provider', { provider_token: await token() }, h)
    const one = await token(), r = await many(60, 20, () => req(s.base, 'POST', '/auth/v1/signup', { provider_token: one, username: name(), password: PASSWORD }, h))
    const mean = r.reduce((a, x) => a + x.ms, 0) / r.length / 20, cheap = (await req(s.base, 'POST', '/auth/v1/signup', { provider_token: one, username: name() }, h))
    check(count(r, limited) > 0 || mean < Math.max(3, cheap.ms), `60 sign-ups with one provider_token of an identity that is bound: ${count(r, x => x.status === 400)} refused after a password hash each (about ${mean.toFixed(0)} ms of work), none limited`)
  })
  await test('growth/ending-nothing-leaves-no-event', async () => {
    const u = await signUp(s, mail()), key = adminKey(s)
    await many(100, 10, () => req(s.base, 'DELETE', '/auth/v1/user/authorized/devices/zzz', undefined, u.auth))
    const e = (await req(s.admin, 'GET', `/admin/v1/events?user=${u.sub}&limit=200`, undefined, key)).json.events, n = count(e, x => x.kind === 'sessions_ended')
    check(n <= 10, `100 requests to end the sessions of a device that does not exist left ${n} events, kept for 730 days`)
  })
  await test('sends/many-64s-of-one-48-share-a-limit', async () => {
    const r = await many(300, 10, i => send(s, mail(), who(`2001:db8:77:${i.toString(16)}::1`)))
    check(count(r, limited) > 0, '300 codes to 300 addresses from 300 /64s of one /48, which is one customer, at once: none refused')
  })
  await test('sends/no-text-message-to-premium-satellite-or-landline', async () => {
    const sent = []; for (const n of ['+1 9005551234', '+979 123456789', '+881 612345678', '+44 9012345678', '+86 1012345678']) if ((await send(s, n, who())).status === 200) sent.push(n)
    check(!sent.length, `sent to ${sent.join(', ')}`)
  })
  await test('oidc/a-code-is-tied-to-its-flow-without-a-device-id-too', async () => {
    const uri = (await req(s.base, 'GET', '/auth/v1/provider/uri?provider_id=op', undefined, who('192.0.2.10', null)))
    if (uri.status !== 200) return
    const r = await exchange(s, { provider_code: party.approve(dev(), uri.json.uri) }, who('203.0.113.66', null))
    check(r.status !== 200, 'a client that sends no x-device-id: a code of one flow was redeemed from another network, because the verifier and the nonce are the same for everybody')
  })
  await test('oidc/the-same-device-gets-another-verifier-each-time', async () => {
    const h = who(), ask = async () => new URL((await req(s.base, 'GET', '/auth/v1/provider/uri?provider_id=op', undefined, h)).json.uri).searchParams
    const [a, b] = [await ask(), await ask()]
    check(a.get('code_challenge') !== b.get('code_challenge') && a.get('nonce') !== b.get('nonce'), 'code_challenge and nonce are the same in every flow of a device, for ever (RFC 9700, 2.1.1: transaction-specific)')
  })
  await test('sudo/a-bare-access-token-sets-no-first-password', async () => {
    const v = await signUp(s, phone()), r = await req(s.base, 'PATCH', '/auth/v1/user/password', { new_password: 'Thief!Pass99' }, bearer(who('203.0.113.99'), v.access_token))
    check(r.status !== 200, 'who has nothing but an access token, on another device, set a password for an account that signs in by code, and ended the other sessions')
  })
  await test('passwords/a-first-password-is-set-once', async () => {
    const v = await signUp(s, phone()), r = await many(20, 20, i => req(s.base, 'PATCH', '/auth/v1/user/password', { new_password: `Different!${i}x` }, v.auth))
    check(count(r, x => x.status === 200) === 1, `${count(r, x => x.status === 200)} of 20 different first passwords were accepted at once without the present one`)
  })
  await test('sudo/a-bare-access-token-does-not-replace-the-owners-identity', async () => {
    const owner = who(), thief = who('203.0.113.99'), [mine, his] = [dev(), dev()], token = async (sub, h) => (await exchange(s, { provider_id_token: party.idToken({ sub }) }, h)).json.provider_token
    const enter = async (sub, h) => (await req(s.base, 'POST', '/auth/v1/signin/with/provider', { provider_token: await token(sub, h) }, h)).json
    const account = await enter(mine, owner)
    await req(s.base, 'POST', '/auth/v1/user/provider/bind', { provider_token: await token(his, thief) }, bearer(thief, account.access_token))
    const [back, stolen] = [await enter(mine, owner), await enter(his, thief)]
    check(back.sub === account.sub && stolen.sub !== account.sub, `an account with one identity; who has its access token binds an identity of his own: the owner then signs in to ${back.sub === account.sub ? 'his account' : 'another, empty account'}, the thief to ${stolen.sub === account.sub ? "the owner's" : 'his own'}`)
  })
  await test('export/holds-everything-that-is-kept', async () => {
    const h = { ...who('192.0.2.123'), 'user-agent': 'Canary-UA-77' }, u = await signUp(s, mail(), {}, h), key = adminKey(s)
    await req(s.base, 'POST', '/auth/v1/user/signout', {}, u.auth)
    const e = await req(s.admin, 'GET', `/admin/v1/users/${u.sub}/export`, undefined, key)
    check(e.text.includes('Canary-UA-77'), 'an ended session stays for 32 days with address, device and user agent; the export, "everything that is kept about one user", leaves it out (and codes and proofs)')
  })
})

// ------------------------------------------------- 2: existence is not revealed
const TWO = ['existence/tries-at-a-username-tell-nothing-about-an-address']
await group('discreet', TWO, { AUTH__VERIFICATION__REVEAL_EXISTENCE: 'false' }, async s => {
  await test('existence/tries-at-a-username-tell-nothing-about-an-address', async () => {
    const a = mail(), n = name(); await signUp(s, a, { username: n, password: PASSWORD })
    const ask = async target => { const h = who(); for (let i = 0; i < 10; i++) await signIn(s, n, `wrong-${i}-x`, h); return (await signIn(s, target, 'wrong-again', h)).status }
    const [own, other] = [await ask(a), await ask(mail())]
    check(own === other, `after ten wrong passwords at a public username, a try at its own address is answered ${own}, at an unknown address ${other}`)
  })
})


// ------------------------------------------------------------ 4: connections
const idle = (base, n, bytes) => new Promise(yes => { const u = new URL(base), all = []; let left = n; for (let i = 0; i < n; i++) { const c = net.connect(u.port, u.hostname, () => { c.write(bytes); if (!--left) yes(all) }); c.on('error', () => { if (!--left) yes(all) }); c.on('data', () => {}); all.push(c) } setTimeout(() => yes(all), 8000) })
const answers = async base => { const u = new URL(base); return new Promise(yes => { const c = net.connect(u.port, u.hostname, () => c.write('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')); c.on('data', d => { yes(/ 200 /.test(d.toString().slice(0, 20))); c.destroy() }); c.on('error', () => yes(false)); setTimeout(() => { yes(false); c.destroy() }, 5000) }) }
if (wanted('connections/slow-bodies-do-not-take-the-memory')) await test('connections/slow-bodies-do-not-take-the-memory', async () => {
  const s = await start('bodies'); let held = []; const rss = () => Number(fs.readFileSync(`/proc/${s.child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024
  try { const before = rss(); held = await idle(s.base, 1500, `POST /auth/v1/signin HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n{"username":"${'a'.repeat(50000)}`); await sleep(1500); const grown = rss() - before; check(grown < 100, `1 500 unfinished bodies of one client hold ${grown.toFixed(0)} MiB (10 000 are allowed)`) } finally { for (const c of held) c.destroy(); await s.stop() }
})

await test('connections/idle-ones-do-not-keep-others-out', async () => {
  const s = await start('idle', {}, 512); let held = []
  try { held = await idle(s.base, 1500, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'); check(await answers(s.base), '1 500 idle connections, where 512 files may be open, and nobody is answered') } finally { for (const c of held) c.destroy(); await s.stop() }
})

// ------------------------------------------------------------- 5: production
const refused = async (vars, word) => {
  const dir = fs.mkdtempSync(path.join(TMP, 'production-')), key = path.join(dir, 'key'); fs.writeFileSync(key, randomBytes(32).toString('base64'))
  const env = { PATH: process.env.PATH, AUTH_PROFILE: 'production', AUTH__DATABASE__URL: 'postgres://nobody@127.0.0.1:9/none', AUTH__SECRETS__SERVER_KEY_FILE: key, AUTH__TOKENS__KEY_DIR: path.join(dir, 'keys'), AUTH__HTTP__PUBLIC_URL: 'https://id.example.com', AUTH__HTTP__LISTEN: '127.0.0.1:0', AUTH__ADMIN__LISTEN: '127.0.0.1:0', ...vars }
  execFileSync(BIN, ['keys', 'rotate'], { env, cwd: dir, stdio: 'ignore' })
  let text = ''; for (const command of ['doctor', 'serve']) { const c = spawn(BIN, [command], { env, cwd: dir }); children.add(c); c.stdout.on('data', d => { text += d }); c.stderr.on('data', d => { text += d }); const end = new Promise(yes => c.on('exit', yes)); await Promise.race([end, sleep(3000)]); c.kill('SIGTERM'); await Promise.race([end, sleep(5000)]); children.delete(c) }
  return word.test(text)
}
await test('production/everybody-is-no-trusted-proxy', async () => check(await refused({ AUTH__HTTP__TRUSTED_PROXIES: '0.0.0.0/0,::/0' }, /trusted.?prox/i), 'trusted_proxies = 0.0.0.0/0 switches every limit off for who writes X-Forwarded-For; neither serve nor doctor says a word'))

for (const c of children) c.kill('SIGTERM')
await sleep(200)
fs.rmSync(TMP, { recursive: true, force: true, maxRetries: 3 })
console.log(`${tally.ok} passed, ${tally.fail} failed`)
process.exit(tally.fail || !tally.ok ? 1 : 0)
