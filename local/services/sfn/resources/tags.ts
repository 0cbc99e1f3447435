import type { Properties } from '../../../kernel/resource.ts';

/** Tags of a template, which spells their members with capitals. */
export function tagsOfTemplate(properties: Properties): { readonly key: string; readonly value: string }[] {
  const tags: readonly { readonly Key: string; readonly Value: string }[] = properties['Tags'] ?? [];
  return tags.map(({ Key: key, Value: value }) => ({ key, value }));
}
