export { BlobStore } from './blob-store.ts';
export { compression } from './compression.ts';
export { type DataFolder, type DataFolderOptions, openDataFolder } from './data-folder.ts';
