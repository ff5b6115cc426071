declare module "node-gyp-build" {
  /** Loads the addon of a package. */
  function nodeGypBuild(root: string): unknown;
  namespace nodeGypBuild {
    /** Path of the addon that would be loaded: build/Release before prebuilds. Throws where none fits. */
    function path(root: string): string;
  }
  export default nodeGypBuild;
}
