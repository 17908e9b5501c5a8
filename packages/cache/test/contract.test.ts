import { Keyv } from 'keyv';
import { aStore } from './builders.ts';
import { cacheContract } from './contract.ts';

cacheContract('the built-in store', { open: () => undefined, isShared: false });

const map = new Map<string, unknown>();
cacheContract('a Map', { open: () => map, isShared: true });

const keyv = new Keyv({ namespace: 'somebody', ttl: 1 });
cacheContract('a Keyv with a namespace and a lifetime of its own', {
  open: () => keyv,
  isShared: true,
});

const { store } = aStore();
cacheContract('a Keyv storage adapter', { open: () => store, isShared: true });
