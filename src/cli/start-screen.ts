/** What a person sees who has started the gateway with the emulator: addresses, data and the next steps. */
import type { Config } from '../config.js';
import type { State } from '../emulator/index.js';

interface Started {
  url: string;
  config: Pick<Config, 'authMode' | 'isGraphiqlServed'>;
  /** The data of the emulator in the process. */
  state: Pick<State, 'organizations' | 'users'>;
}

/** Returns a short screen about a gateway that has started with the emulator. */
export function startScreen({ url, config, state }: Started): string {
  const { authMode, isGraphiqlServed } = config;
  const facts: [name: string, ...lines: string[]][] = [
    ['GraphQL', `${url}/graphql`],
    ...(isGraphiqlServed ? ([['GraphiQL', `${url}/graphiql`]] as [string, string][]) : []),
    [
      'Kinde',
      `emulated in this process, with ${state.organizations.size} organizations and ${state.users.size} people.`,
      'All of them are made up, and changes are lost when it stops.',
    ],
    ...(authMode === 'none'
      ? []
      : ([['Callers', `need a token, since AUTH_MODE is ${authMode}.`]] as [string, string][])),
  ];
  const next = [
    ...(isGraphiqlServed ? ['Open GraphiQL and run an example.'] : []),
    'Save the schema for your tools: npx kinde-graphql schema > schema.graphql',
    'Use your own Kinde: set KINDE_DOMAIN, KINDE_CLIENT_ID, KINDE_CLIENT_SECRET and AUTH_MODE,',
  ];
  return [
    '',
    ...facts.flatMap(([name, ...lines]) =>
      lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(10)}${line}`),
    ),
    '',
    '  Next',
    ...next.map((line) => `  - ${line}`),
    '    and try the settings with npx kinde-graphql check-config.',
    '',
    '',
  ].join('\n');
}
