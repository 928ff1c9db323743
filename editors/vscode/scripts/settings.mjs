// Writes the extension's settings into package.json. The keys of `.leastwise.yaml` come from the server's schema of
// it; the editor's own are listed here. With `--check` nothing is written, and what is stale is an error.

import { readFileSync, writeFileSync } from 'node:fs';

const PACKAGE = new URL('../package.json', import.meta.url);
const SCHEMA = new URL('../../../docs/configuration.schema.json', import.meta.url);

/** Keys that mean something in a file only: their paths begin at its folder, or they concern the command. */
const FILE_ONLY = ['overrides', 'exclude', 'baseline', 'failOn'];

/** Settings of the editor alone. Those that choose a program, a model, a file or an address are the user's own. */
const EDITOR = {
  'leastwise.path': {
    type: 'string',
    default: '',
    scope: 'machine',
    markdownDescription:
      'The `leastwise` program to run, as an absolute path. Empty: the one in this extension, then the one on the `PATH`.',
  },
  'leastwise.model': {
    type: ['string', 'object', 'null'],
    default: null,
    scope: 'machine',
    markdownDescription:
      'The model to ask where no rule can judge: `off`, `default` (those that were fetched, to see and to explain), the path of a GGUF file, or an object with `address` and `name` of a server that speaks the OpenAI-compatible protocol. Unset: the detector, if it was fetched.',
  },
  'leastwise.logDisagreements': {
    type: ['string', 'null'],
    default: null,
    scope: 'machine',
    markdownDescription: 'A file to write where rules and model disagree. Unset: none.',
  },
  'leastwise.trace.server': {
    type: 'string',
    enum: ['off', 'messages', 'verbose'],
    default: 'off',
    scope: 'window',
    markdownDescription: 'Whether to log what editor and server say to each other.',
  },
};

const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));

/** A schema that stands by itself, in the words that the settings editor knows. */
function inlined(value) {
  if (Array.isArray(value)) return value.map(inlined);
  if (typeof value !== 'object' || value === null) return value;
  if (value.$ref) {
    const { $ref, ...rest } = value;
    return { ...inlined(schema.$defs[$ref.replace('#/$defs/', '')]), ...inlined(rest) };
  }
  const choices = value.oneOf?.every((one) => 'const' in one) && value.oneOf;
  if (choices) {
    return {
      type: 'string',
      enum: choices.map((one) => one.const),
      enumDescriptions: choices.map((one) => words(one.description)),
    };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'format')
      .map(([key, one]) => [key, key === 'description' ? words(one) : inlined(one)]),
  );
}

/** A choice that may be left out, as one choice with null. */
function optional(value) {
  const [first, second] = value.anyOf ?? [];
  if (second?.type !== 'null' || typeof first.type !== 'string') return value;
  const { anyOf, ...rest } = value;
  const values = first.enum && { enum: [...first.enum, null] };
  const said = first.enumDescriptions && { enumDescriptions: [...first.enumDescriptions, 'Not set here.'] };
  return { ...first, ...rest, ...values, ...said, type: [first.type, 'null'] };
}

/** One severity a rule is hundreds of equal schemas; their names and one schema say the same. */
function shortened(value) {
  const properties = Object.entries(value.properties ?? {});
  const [first] = properties;
  if (properties.length < 50 || !properties.every(([, one]) => JSON.stringify(one) === JSON.stringify(first[1]))) {
    return value;
  }
  const { properties: _, ...rest } = value;
  return { ...rest, propertyNames: { enum: properties.map(([name]) => name) }, additionalProperties: first[1] };
}

const words = (text) => text.replaceAll('\n', ' ');

function setting(raw) {
  const { description, ...rest } = optional(shortened(inlined(raw)));
  const isOptional = [rest.type].flat().includes('null');
  const unset = isOptional ? null : rest.type === 'array' ? [] : {};
  return { ...rest, default: unset, scope: 'window', markdownDescription: description };
}

const fromSchema = Object.entries(schema.properties)
  .filter(([key]) => !FILE_ONLY.includes(key))
  .map(([key, value]) => [`leastwise.${key}`, setting(value)]);

const current = readFileSync(PACKAGE, 'utf8');
const manifest = JSON.parse(current);
manifest.contributes.configuration = {
  title: 'Leastwise',
  properties: { ...Object.fromEntries(fromSchema), ...EDITOR },
};
const written = `${JSON.stringify(manifest, null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (written !== current) {
    console.error('editors/vscode/package.json: the settings are not what the schema says: run `npm run fix` there');
    process.exit(1);
  }
} else {
  writeFileSync(PACKAGE, written);
}
