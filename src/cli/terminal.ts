/** Where a command reads settings and prints. Tests pass their own in place of the process's. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}
