import type { Target } from '@aws-sdk/client-eventbridge';
import { compilePath, compileTransformer, TemplateOutputError } from '../../languages/input-transformer/index.ts';
import { type BusEvent, eventTime } from './event.ts';
import type { Rule } from './state.ts';

/** The text for a target, or why there is none. */
export type TargetInput = { readonly body: string } | { readonly invalid: string };

type Render = (event: BusEvent, rule: Rule) => TargetInput;

/** What was compiled of a target, for as long as the target stands as it is. */
const compiled = new WeakMap<Target, Render>();

/** What a target receives of an event: its `Input`, what its path or transformer makes, or the event. */
export function targetInput(target: Target, event: BusEvent, rule: Rule): TargetInput {
  let render = compiled.get(target);
  if (!render) {
    render = compile(target);
    compiled.set(target, render);
  }
  return render(event, rule);
}

function compile(target: Target): Render {
  const { Input: input, InputPath: inputPath, InputTransformer: transformer } = target;
  if (input !== undefined) return () => ({ body: input });
  if (inputPath !== undefined) {
    const path = compilePath(inputPath);
    return ({ value }) => ({ body: JSON.stringify(path?.(value) ?? null) });
  }
  if (!transformer) return ({ text }) => ({ body: text });
  const transform = compileTransformer(transformer.InputPathsMap ?? {}, transformer.InputTemplate ?? '');
  return (event, rule) => {
    try {
      return { body: transform(event.value, { ruleArn: rule.arn, ruleName: rule.name, ingestionTime: eventTime(event.receivedMs) }) };
    } catch (error) {
      if (error instanceof TemplateOutputError) return { invalid: error.message };
      throw error;
    }
  };
}
