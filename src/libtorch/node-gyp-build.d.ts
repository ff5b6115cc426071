declare module "node-gyp-build" {
  /** Loads the addon of a package. */
  function nodeGypBuild(root: string): unknown;
  namespace nodeGypBuild {
    /** Returns the path of the addon that would be loaded: build/Release before prebuilds. Throws if none fits. */
    function path(root: string): string;
  }
  export default nodeGypBuild;
}
