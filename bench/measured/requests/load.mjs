import { Agent, get } from 'node:http';

const connections = 8;
const agent = new Agent({ keepAlive: true, maxSockets: connections });

/** Sends `count` requests over eight connections, each as soon as the one before it is answered. */
export async function send(url, count) {
  let left = count;
  const one = async () => {
    while (left-- > 0) await request(url);
  };
  await Promise.all(Array.from({ length: connections }, one));
}

export function hangUp() {
  agent.destroy();
}

function request(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume().once('end', resolve);
    }).once('error', reject);
  });
}
