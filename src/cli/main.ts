/** The commands of `kinde-graphql`, their flags and their help. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** Where a command reads settings and prints. Tests pass their own in place of the process's. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

interface Command {
  /** Shown in the list of commands. */
  summary: string;
  /** Shown by `--help` below the summary. */
  details: string;
  /** Its flags, with what they do. */
  flags?: Readonly<Record<string, string>>;
  /** Returns the exit code, or nothing if the process keeps running. */
  run(flags: ReadonlySet<string>, terminal: Terminal): Promise<number | void>;
}

const ELSEWHERE = 'Settings are environment variables; docs/settings.md lists them.';

// Each imports what it runs, so that `schema` doesn't load a server.
const commands: Readonly<Record<string, Command>> = {
  start: {
    summary: 'start the gateway',
    details: `Without KINDE_DOMAIN it uses an emulator of Kinde in the same process. ${ELSEWHERE}`,
    run: async () => void (await import('../index.js')),
  },
  emulator: {
    summary: 'start only the emulator of Kinde, and print the settings for a gateway',
    details: 'Its settings are variables that start with EMULATOR_; docs/settings.md lists them.',
    run: async () => void (await import('../emulator/main.js')),
  },
  schema: {
    summary: 'print the GraphQL schema, with descriptions and directives',
    details: 'For code generators and for editors: kinde-graphql schema > schema.graphql',
    run: async (_, { stdout }) => {
      const { printSdl } = await import('../graphql/schema.js');
      stdout.write(printSdl());
      return 0;
    },
  },
  'check-config': {
    summary: 'check the settings, try Kinde and Redis, and list the fields that the scopes allow',
    details: `${ELSEWHERE}\nExits with 0 if a gateway with these settings can serve, else with 1.`,
    flags: {
      json: 'print the report as JSON',
      strict: 'also exit with 1 for a missing scope, an unreachable Redis, or a warning',
    },
    run: async (flags, { env, stdout }) => {
      const { checkConfig, printReport } = await import('./check-config.js');
      const report = await checkConfig(env);
      stdout.write(
        `${flags.has('json') ? JSON.stringify(report, null, 2) : printReport(report)}\n`,
      );
      const isComplete =
        report.unusableFields.length === 0 &&
        report.warnings.length === 0 &&
        report.redis?.problem == null;
      return report.ok && (isComplete || !flags.has('strict')) ? 0 : 1;
    },
  },
};

const columns = (rows: [string, string][]) => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join('\n');
};

function overview(): string {
  const rows = Object.entries(commands).map(([name, { summary }]): [string, string] => [
    name,
    summary,
  ]);
  return `A GraphQL gateway over the Kinde Management API's organizations.

Usage: kinde-graphql COMMAND

${columns(rows)}

Run kinde-graphql COMMAND --help for details, or --version for the version.
`;
}

function helpOf(name: string, { summary, details, flags = {} }: Command): string {
  const rows = Object.entries({ ...flags, help: 'print this' }).map(
    ([flag, meaning]): [string, string] => [`--${flag}`, meaning],
  );
  return `Usage: kinde-graphql ${name}${Object.keys(flags)
    .map((flag) => ` [--${flag}]`)
    .join('')}

To ${summary}.

${details}

${columns(rows)}
`;
}

/**
 * Runs a command. Returns its exit code, or nothing if the process keeps running. Shells use exit code 2
 * for a wrong command line.
 */
export async function main([name, ...rest]: string[], terminal: Terminal): Promise<number | void> {
  const { stdout, stderr } = terminal;
  const misused = (message: string, help: string): number => {
    stderr.write(`${message}\n\n${help}`);
    return 2;
  };
  if (name === undefined) return misused('A command is missing.', overview());
  if (name === '--help' || name === '-h' || name === 'help') {
    stdout.write(overview());
    return 0;
  }
  if (name === '--version' || name === '-v') {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    stdout.write(`${(JSON.parse(manifest) as { version: string }).version}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return misused(`There is no command ${name}.`, overview());

  let flags: Set<string>;
  try {
    const options = Object.fromEntries(
      [...Object.keys(command.flags ?? {}), 'help'].map((flag) => [
        flag,
        { type: 'boolean' as const, ...(flag === 'help' ? { short: 'h' } : {}) },
      ]),
    );
    flags = new Set(Object.keys(parseArgs({ args: rest, options, strict: true }).values));
  } catch (error) {
    return misused((error as Error).message, helpOf(name, command));
  }
  if (flags.has('help')) {
    stdout.write(helpOf(name, command));
    return 0;
  }
  return command.run(flags, terminal);
}
