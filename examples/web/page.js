// Somebody signs up with a code, is still signed in after a reload, and signs out.
import cloudbase from '@cloudbase/js-sdk';

const service = new URL(SERVICE);
const app = cloudbase.init({ env: CLIENT });
// Without this the SDK calls the hosted service. Host and port first, then the scheme.
app.registerHost(service.host, service.protocol.replace(':', ''));
const { auth } = app;

const byId = (id) => document.getElementById(id);
let verifyOtp;

function show(part) {
  for (const id of ['ask', 'prove', 'account']) byId(id).hidden = id !== part;
  byId('problem').textContent = '';
  byId(part).querySelector('input, button').focus();
}

function check({ data, error }) {
  if (error) throw error;
  return data;
}

async function showAccount() {
  const { user } = check(await auth.getUser());
  byId('user').textContent = user.id;
  byId('contact').textContent = user.email || user.phone;
  show('account');
}

async function trying(form, run) {
  const button = form.querySelector('button') ?? form;
  button.disabled = true;
  byId('problem').textContent = '';
  try {
    await run();
  } catch (error) {
    byId('problem').textContent = error.message ?? error.error_description ?? String(error);
  } finally {
    button.disabled = false;
  }
}

byId('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  trying(event.target, async () => {
    const address = byId('address').value.trim();
    const sent = check(await auth.signInWithOtp(address.includes('@') ? { email: address } : { phone: address }));
    verifyOtp = sent.verifyOtp;
    byId('to').textContent = address;
    byId('code').value = '';
    show('prove');
  });
});

byId('prove').addEventListener('submit', (event) => {
  event.preventDefault();
  trying(event.target, async () => {
    check(await verifyOtp({ token: byId('code').value.trim() }));
    await showAccount();
  });
});

byId('sign-out').addEventListener('click', (event) => {
  trying(event.target, async () => {
    check(await auth.signOut());
    show('ask');
  });
});

// The page is written in English; a browser that asks for Chinese, or `?lang=zh`, gets these.
const CHINESE = {
  address: '手机号或邮箱', send: '发送验证码', code: '验证码已发往', sign_up: '注册', signed_in: '您已登录。', user: '用户', contact: '地址', sign_out: '退出登录',
};
if ((new URLSearchParams(location.search).get('lang') ?? navigator.language).startsWith('zh')) {
  document.documentElement.lang = 'zh';
  for (const part of document.querySelectorAll('[data-t]')) part.textContent = CHINESE[part.dataset.t];
}

// Where nobody is signed in, this is an error.
const found = await auth.getSession();
if (found.data?.session) await showAccount();
else show('ask');
