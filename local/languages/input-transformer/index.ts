export { compileTransformer, type InputTransformer, type Surroundings, TemplateOutputError, TransformerError } from './input-transformer.ts';
export { compilePath, type JsonPath } from './json-path.ts';
