import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serveFolder } from '../src/serve.js';

let folder: string;
let serving: Serving;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dlv-serve-'));
  await mkdir(join(folder, 'site', 'assets', 'empty'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'site', 'index.html'), '<p>hello</p>');
  await writeFile(join(folder, 'site', 'a b.js'), 'export {};');
  await writeFile(join(folder, 'site', 'assets', 'k.wasm'), new Uint8Array([0, 97, 115, 109]));
  await symlink(join(folder, 'secret.txt'), join(folder, 'site', 'link.txt'));
  serving = await serveFolder(join(folder, 'site'), 0);
});

afterAll(async () => {
  await serving.close();
  await rm(folder, { recursive: true });
});

/** Sends the path as it stands; fetch would resolve `..` before sending. */
function get(path: string, method = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port: serving.port, path, method }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('serveFolder', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/index.html?x=1', 'text/html; charset=utf-8'],
    ['/a%20b.js', 'text/javascript; charset=utf-8'],
    ['/assets/k.wasm', 'application/wasm'],
  ])('serves %s as %s, cross-origin isolated', async (path, type) => {
    const { status, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
  });

  it('answers HEAD without a body', async () => {
    const { status, headers, body } = await get('/', 'HEAD');
    expect([status, headers['content-length'], body]).toEqual([200, '12', '']);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/link.txt',
    '/assets/empty',
    '/assets/empty/',
    '/missing.js',
  ])('does not find %s', async (path) => {
    const { status, body } = await get(path);
    expect([status, body]).toEqual([404, '404 Not found\n']);
  });

  it('refuses bad addresses and other methods', async () => {
    expect((await get('/%zz')).status).toBe(400);
    expect((await get('/%00')).status).toBe(400);
    expect((await get('/', 'POST')).status).toBe(405);
  });

  it('takes the next free port', async () => {
    const second = await serveFolder(join(folder, 'site'), serving.port);
    expect(second.port).toBeGreaterThan(serving.port);
    expect(second.address).toBe(`http://127.0.0.1:${second.port}/`);
    await second.close();
  });
});
