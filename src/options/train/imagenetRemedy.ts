/** Where files of ImageNet weights for a backbone are: facts of three libraries, whose names and layouts are understood. */

const EFFICIENTNET_PYTORCH = "https://github.com/lukemelas/EfficientNet-PyTorch/releases/download/1.0/";
const TORCHVISION = "https://download.pytorch.org/models/";

/** Files of efficientnet_pytorch by backbone, the library of the reference. Nobody publishes one for efficientnet-l2. */
const EFFICIENTNETS: Readonly<Record<string, string>> = {
  "efficientnet-b0": "efficientnet-b0-355c32eb.pth",
  "efficientnet-b1": "efficientnet-b1-f1951068.pth",
  "efficientnet-b2": "efficientnet-b2-8bb594d6.pth",
  "efficientnet-b3": "efficientnet-b3-5fb5a3c3.pth",
  "efficientnet-b4": "efficientnet-b4-6ed6700e.pth",
  "efficientnet-b5": "efficientnet-b5-b6417697.pth",
  "efficientnet-b6": "efficientnet-b6-c76e70fd.pth",
  "efficientnet-b7": "efficientnet-b7-dcc49843.pth",
  "efficientnet-b8": "adv-efficientnet-b8-22a8fe65.pth",
};
/** timm's ConvNeXt V2 by backbone, on the Hugging Face hub; timm declares all of them CC BY-NC 4.0. */
const CONVNEXTS: Readonly<Record<string, string>> = {
  "convnextv2-atto": "convnextv2_atto.fcmae_ft_in1k",
  "convnextv2-femto": "convnextv2_femto.fcmae_ft_in1k",
  "convnextv2-pico": "convnextv2_pico.fcmae_ft_in1k",
  "convnextv2-nano": "convnextv2_nano.fcmae_ft_in22k_in1k",
  "convnextv2-tiny": "convnextv2_tiny.fcmae_ft_in22k_in1k",
  "convnextv2-base": "convnextv2_base.fcmae_ft_in22k_in1k",
};
const INCEPTION = "inception_v3_google-0cc3c7bd.pth";

/** How to get the file of a backbone, as a remedy. */
export function imagenetRemedy(backbone: string): string {
  const ofTimm = CONVNEXTS[backbone];
  if (ofTimm !== undefined)
    return (
      `For ${backbone} it is timm's ${ofTimm}: fetch https://huggingface.co/timm/${ofTimm}/resolve/main/model.safetensors ` +
      "and give its path. timm declares these weights CC BY-NC 4.0."
    );
  const isInception = backbone === "inceptionv3";
  const file = isInception ? INCEPTION : EFFICIENTNETS[backbone];
  if (file === undefined)
    return `No ImageNet weights of ${backbone} are published in a form that is understood: start from fresh ones.`;
  const library = isInception ? "torchvision" : "efficientnet_pytorch";
  const url = (isInception ? TORCHVISION : EFFICIENTNET_PYTORCH) + file;
  return (
    `For ${backbone} it is ${file} of ${library}: fetch ${url} and give its path. ` +
    "A file that Python has fetched before lies in ~/.cache/torch/hub/checkpoints/."
  );
}
