/** A certificate that no authority has signed, for servers on this machine. Needs openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function createCertificate(): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), 'certificate-'));
  const read = (name: string) => readFileSync(join(directory, name));
  try {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'],
        ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
        ...['-days', '2', '-keyout', 'key.pem', '-out', 'certificate.pem'],
      ],
      { cwd: directory, stdio: 'ignore' },
    );
    return { key: read('key.pem'), cert: read('certificate.pem') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
