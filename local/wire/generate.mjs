// Writes constraints/<service>.json and elsewhere.json from the public service models in botocore (Apache-2.0).
// Usage: node local/wire/generate.mjs <folder of an unpacked botocore wheel>
// The folder holds botocore/data/<model>/<version>/service-2.json.gz; the newest version of a model is read.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Our service name to botocore's folder. One more service is one more line. */
const MODELS = {
  sqs: 'sqs',
  sns: 'sns',
  eventbridge: 'events',
  dynamodb: 'dynamodb',
  'dynamodb-streams': 'dynamodbstreams',
  lambda: 'lambda',
  cloudwatch: 'cloudwatch',
  'cloudwatch-logs': 'logs',
  sts: 'sts',
  iam: 'iam',
  ssm: 'ssm',
  sesv2: 'sesv2',
  apigatewayv2: 'apigatewayv2',
  kinesis: 'kinesis',
  sfn: 'stepfunctions',
  scheduler: 'scheduler',
  pipes: 'pipes',
  schemas: 'schemas',
  cloudformation: 'cloudformation',
  s3: 's3',
};

/** AWS lists an enum's values in an order that the model does not have. These orders were recorded from the services. */
const RECORDED_ENUM_ORDERS = [
  ['INSUFFICIENT_DATA', 'ALARM', 'OK'],
  ['ALL', 'INCLUDE', 'KEYS_ONLY'],
  ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'],
  ['B', 'N', 'S'],
  ['HASH', 'RANGE'],
  ['IN', 'NULL', 'BETWEEN', 'LT', 'NOT_CONTAINS', 'EQ', 'GT', 'NOT_NULL', 'NE', 'LE', 'BEGINS_WITH', 'GE', 'CONTAINS'],
  ['INDEXES', 'TOTAL', 'NONE'],
  ['OR', 'AND'],
  ['PROVISIONED', 'PAY_PER_REQUEST'],
  ['SIZE', 'NONE'],
  ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
  ['MILLISECOND', 'MICROSECOND'],
  ['BASIC', 'OAUTH_CLIENT_CREDENTIALS', 'API_KEY'],
  ['HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'GET', 'OPTIONS'],
  ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON'],
  ['PublishedVersions', 'None'],
  ['RESPONSE_STREAM', 'BUFFERED'],
  ['Terminate', 'Allow'],
  ['x86_64', 'arm64'],
];
const keyOf = (values) => [...values].sort().join(' ');
const RECORDED_BY_SET = new Map(RECORDED_ENUM_ORDERS.map((values) => [keyOf(values), values]));

/** Table names take ARNs by now; a name that is none is still refused in the words of a table name. Recorded from the service. */
const TABLE_NAME_OR_ARN = { min: 3, max: 255, pattern: '[a-zA-Z0-9_.-]+', unless: '^arn:' };

/** Where recorded answers show more, or less, than the model says: whole shapes, members of inputs that the service itself checks and words, and the order of failures. */
const RECORDED = {
  dynamodb: {
    shapes: { TableArn: TABLE_NAME_OR_ARN },
    wordedByService: {
      CreateTableInput: { TableName: 'TableNamePattern' },
      DeleteTableInput: { TableName: 'TableNamePattern' },
      DescribeTableInput: { TableName: 'TableNamePattern' },
      UpdateTableInput: { TableName: 'TableNamePattern' },
      DescribeTimeToLiveInput: { TableName: 'TableNamePattern' },
      TagResourceInput: { ResourceArn: null, Tags: 'TagList' },
      UntagResourceInput: { ResourceArn: null, TagKeys: 'TagKeyList' },
      ListTagsOfResourceInput: { ResourceArn: null },
    },
    added: { TableNamePattern: { type: 'string', pattern: TABLE_NAME_OR_ARN.pattern, unless: '^arn:|^.{0,2}$|^.{256,}$' } },
  },
  lambda: {
    wordedByService: { CreateFunctionRequest: { Runtime: null }, UpdateFunctionConfigurationRequest: { Runtime: null } },
    order: { isBoundsFirst: true, last: ['FunctionName'] },
  },
};

/** Lays what was recorded over a model. */
function withRecorded(service, model) {
  const { shapes = {}, wordedByService = {}, added = {} } = RECORDED[service] ?? {};
  for (const [name, constraints] of Object.entries(shapes)) Object.assign(model.shapes[name], constraints);
  Object.assign(model.shapes, added);
  for (const [input, members] of Object.entries(wordedByService)) {
    const shape = model.shapes[input];
    shape.required = shape.required.filter((member) => !(member in members));
    for (const [member, name] of Object.entries(members)) {
      if (name === null) delete shape.members[member];
      else shape.members[member] = { shape: name };
    }
  }
  return model;
}

function scalar(shape) {
  const out = {};
  for (const name of ['min', 'max', 'pattern', 'unless']) if (shape[name] !== undefined) out[name] = shape[name];
  if ((out.min ?? out.max) !== undefined && (shape.type === 'double' || shape.type === 'float')) out.isFloat = true;
  if (shape.enum) out.enum = RECORDED_BY_SET.get(keyOf(shape.enum)) ?? shape.enum;
  return out;
}

/** Whether a shape, or anything below it, is constrained. A recursion is as constrained as the rest of it. */
function constrained(shapes, name, path = new Set()) {
  if (path.has(name)) return false;
  const shape = shapes[name];
  const below = new Set(path).add(name);
  if (Object.keys(scalar(shape)).length > 0 || (shape.required ?? []).length > 0) return true;
  const children = [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value].filter(Boolean);
  return children.some((child) => constrained(shapes, child.shape, below));
}

function reduce(shapes, name) {
  const shape = shapes[name];
  const out = scalar(shape);
  const keep = (child) => (child && constrained(shapes, child.shape) ? child.shape : undefined);
  if (shape.required?.length > 0) out.required = shape.required;
  const members = Object.entries(shape.members ?? {}).filter(([, child]) => keep(child));
  if (members.length > 0) out.members = Object.fromEntries(members.map(([member, child]) => [member, child.shape]));
  for (const part of ['member', 'key', 'value']) if (keep(shape[part])) out[part] = shape[part].shape;
  return out;
}

function constraintsOf(model, source) {
  const { shapes } = model;
  const operations = {};
  const kept = {};
  const add = (name) => {
    if (kept[name]) return;
    kept[name] = reduce(shapes, name);
    const { members = {}, member, key, value } = kept[name];
    for (const child of [...Object.values(members), member, key, value]) if (child) add(child);
  };
  for (const [name, operation] of Object.entries(model.operations)) {
    if (!operation.input || !constrained(shapes, operation.input.shape)) continue;
    operations[name] = operation.input.shape;
    add(operation.input.shape);
  }
  return { source, operations, shapes: kept };
}

const folder = process.argv[2];
if (!folder) throw new Error('Usage: node local/wire/generate.mjs <folder of an unpacked botocore wheel>');
const version = /__version__ = '([^']+)'/.exec(readFileSync(join(folder, 'botocore/__init__.py'), 'utf8'))[1];

/** The newest version of a model, and its content; `undefined` where botocore has none in that folder. */
function newestModel(folderName) {
  const data = join(folder, 'botocore/data', folderName);
  const newest = readdirSync(data, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(data, entry.name)).includes('service-2.json.gz'))
    .map(({ name }) => name)
    .sort()
    .at(-1);
  return newest && { newest, model: JSON.parse(gunzipSync(readFileSync(join(data, newest, 'service-2.json.gz'))).toString()) };
}

for (const [service, folderName] of Object.entries(MODELS)) {
  const { newest, model } = newestModel(folderName);
  const source = `botocore ${version}, ${folderName} ${newest}`;
  const { operations, shapes } = constraintsOf(withRecorded(service, model), source);
  const lines = (record) =>
    Object.entries(record)
      .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  const { order } = RECORDED[service] ?? {};
  const text = `{"source": ${JSON.stringify(source)},\n${order ? `"order": ${JSON.stringify(order)},\n` : ''}"operations": {\n${lines(operations)}\n},\n"shapes": {\n${lines(shapes)}\n}}\n`;
  writeFileSync(join(import.meta.dirname, 'constraints', `${service}.json`), text);
  console.log(`${service}: ${Object.keys(operations).length} operations, ${text.length} bytes`);
}

/** The services of AWS that are not here: how their requests are told from others', for a refusal that names them. */
const ours = new Set(Object.values(MODELS));
const signedAsOurs = new Set([...ours].map((name) => newestModel(name).model.metadata).map(({ endpointPrefix, signingName = endpointPrefix }) => signingName));
const services = readdirSync(join(folder, 'botocore/data'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !ours.has(entry.name))
  .flatMap(({ name }) => {
    const model = newestModel(name)?.model;
    if (!model) return [];
    const { protocol, serviceId, endpointPrefix, signingName = endpointPrefix, targetPrefix, apiVersion } = model.metadata;
    // The signature does not tell it from a service that is here: the first part of its paths does.
    const isShared = protocol.startsWith('rest') && signedAsOurs.has(signingName);
    const roots = isShared ? [...new Set(Object.values(model.operations).map(({ http }) => http.requestUri.split(/[/?]/)[1]))].sort() : [];
    const told = {
      ...(isShared && { roots }),
      ...(targetPrefix && { targetPrefix }),
      ...((protocol === 'query' || protocol === 'ec2') && { queryVersion: apiVersion }),
    };
    return [{ name: serviceId, signingName, ...told, ...(['query', 'ec2', 'rest-xml'].includes(protocol) && { isXml: true }) }];
  });
const rows = services.map((service) => JSON.stringify(service)).join(',\n');
writeFileSync(join(import.meta.dirname, 'elsewhere.json'), `{"source": ${JSON.stringify(`botocore ${version}`)},\n"services": [\n${rows}\n]}\n`);
console.log(`elsewhere: ${services.length} services`);
