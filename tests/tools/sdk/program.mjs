// The program with which the documentation of the hosted service begins, with its placeholders filled in, and with one
// line more that names the host. For Node and for pages.
export async function quickStart(cloudbase, { env, accessKey, host, address, codeFor }) {
  const app = cloudbase.init({ env, region: 'ap-shanghai', accessKey, auth: { detectSessionInUrl: true } });
  app.registerHost(host, 'http');
  const auth = app.auth;

  const before = await auth.getSession();
  const { data, error } = await auth.signInWithOtp(address);
  if (error) throw error;
  const { data: signedIn, error: refused } = await data.verifyOtp({ token: await codeFor(address) });
  if (refused) throw refused;
  const { data: { user }, error: unknown } = await auth.getUser();
  if (unknown) throw unknown;
  await auth.signOut();
  const after = await auth.getSession();
  return {
    user, token: signedIn.session.access_token, before: before.data.session, after: after.data.session,
    // The SDK on servers has this besides; without a session it is the key itself.
    credential: auth.getClientCredential ? await auth.getClientCredential() : accessKey,
  };
}
