"""Papers of networks, by what timm calls them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from hubble_dash.methods.reference import Reference, arxiv, work

__all__ = ["NETWORKS", "network_works"]

_CVPR = "IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)"
# Until 2017.
_CVPR_OF_IEEE = _CVPR.replace("/CVF", "")
_ICCV = "IEEE/CVF International Conference on Computer Vision (ICCV)"

NETWORKS: Mapping[str, Reference] = MappingProxyType({
    "timm": work(
        "misc", "Wightman 2019",
        author="Wightman, Ross", title="{PyTorch Image Models}", year="2019",
        publisher="GitHub", url="https://github.com/huggingface/pytorch-image-models",
        doi="10.5281/zenodo.4414861",
    ),
    "pytorch": work(
        "inproceedings", "Paszke et al. 2019",
        author="Paszke, Adam and Gross, Sam and Massa, Francisco and others",
        title="{PyTorch: An Imperative Style, High-Performance Deep Learning Library}",
        booktitle="Advances in Neural Information Processing Systems", year="2019", volume="32",
        eprint="1912.01703", archiveprefix="arXiv",
    ),
    "imagenet": work(
        "article", "Russakovsky et al. 2015",
        author="Russakovsky, Olga and Deng, Jia and Su, Hao and others",
        title="{ImageNet Large Scale Visual Recognition Challenge}",
        journal="International Journal of Computer Vision", year="2015", volume="115",
        pages="211--252", doi="10.1007/s11263-015-0816-y",
    ),
    "resnet": work(
        "inproceedings", "He et al. 2016",
        author="He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
        title="{Deep Residual Learning for Image Recognition}", booktitle=_CVPR_OF_IEEE,
        year="2016", pages="770--778", doi="10.1109/CVPR.2016.90",
    ),
    "rsb": arxiv(
        "Wightman et al. 2021", "Wightman, Ross and Touvron, Hugo and J{\\'e}gou, Herv{\\'e}",
        "{ResNet strikes back: An improved training procedure in timm}", "2021", "2110.00476",
    ),
    "resnext": work(
        "inproceedings", "Xie et al. 2017",
        author="Xie, Saining and Girshick, Ross and Doll{\\'a}r, Piotr and Tu, Zhuowen and He,"
        " Kaiming",
        title="{Aggregated Residual Transformations for Deep Neural Networks}",
        booktitle=_CVPR_OF_IEEE, year="2017", doi="10.1109/CVPR.2017.634",
    ),
    "efficientnet": work(
        "inproceedings", "Tan & Le 2019",
        author="Tan, Mingxing and Le, Quoc V.",
        title="{EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks}",
        booktitle="Proceedings of the 36th International Conference on Machine Learning",
        series="PMLR", volume="97", year="2019", pages="6105--6114", eprint="1905.11946",
        archiveprefix="arXiv",
    ),
    "efficientnetv2": arxiv(
        "Tan & Le 2021", "Tan, Mingxing and Le, Quoc V.",
        "{EfficientNetV2: Smaller Models and Faster Training}", "2021", "2104.00298",
    ),
    "convnext": work(
        "inproceedings", "Liu et al. 2022",
        author="Liu, Zhuang and Mao, Hanzi and Wu, Chao-Yuan and Feichtenhofer, Christoph and"
        " Darrell, Trevor and Xie, Saining",
        title="{A ConvNet for the 2020s}", booktitle=_CVPR, year="2022", pages="11966--11976",
        doi="10.1109/CVPR52688.2022.01167",
    ),
    "vit": arxiv(
        "Dosovitskiy et al. 2021",
        "Dosovitskiy, Alexey and Beyer, Lucas and Kolesnikov, Alexander and others",
        "{An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale}", "2021",
        "2010.11929",
    ),
    "deit": arxiv(
        "Touvron et al. 2021",
        "Touvron, Hugo and Cord, Matthieu and Douze, Matthijs and Massa, Francisco and"
        " Sablayrolles, Alexandre and J{\\'e}gou, Herv{\\'e}",
        "{Training data-efficient image transformers \\& distillation through attention}", "2021",
        "2012.12877",
    ),
    "swin": work(
        "inproceedings", "Liu et al. 2021",
        author="Liu, Ze and Lin, Yutong and Cao, Yue and others",
        title="{Swin Transformer: Hierarchical Vision Transformer using Shifted Windows}",
        booktitle=_ICCV, year="2021", pages="9992--10002", doi="10.1109/ICCV48922.2021.00986",
    ),
    "dinov2": arxiv(
        "Oquab et al. 2023",
        "Oquab, Maxime and Darcet, Timoth{\\'e}e and Moutakanni, Th{\\'e}o and others",
        "{DINOv2: Learning Robust Visual Features without Supervision}", "2023", "2304.07193",
    ),
    "dinov3": arxiv(
        "Siméoni et al. 2025",
        "Sim{\\'e}oni, Oriane and Vo, Huy V. and Seitzer, Maximilian and others",
        "{DINOv3}", "2025", "2508.10104",
    ),
    "clip": arxiv(
        "Radford et al. 2021",
        "Radford, Alec and Kim, Jong Wook and Hallacy, Chris and others",
        "{Learning Transferable Visual Models From Natural Language Supervision}", "2021",
        "2103.00020",
    ),
    "mobilenetv2": work(
        "inproceedings", "Sandler et al. 2018",
        author="Sandler, Mark and Howard, Andrew and Zhu, Menglong and Zhmoginov, Andrey and Chen,"
        " Liang-Chieh",
        title="{MobileNetV2: Inverted Residuals and Linear Bottlenecks}", booktitle=_CVPR,
        year="2018", doi="10.1109/CVPR.2018.00474",
    ),
    "mobilenetv3": work(
        "inproceedings", "Howard et al. 2019",
        author="Howard, Andrew and Sandler, Mark and Chu, Grace and others",
        title="{Searching for MobileNetV3}", booktitle=_ICCV, year="2019",
        doi="10.1109/ICCV.2019.00140",
    ),
    "densenet": work(
        "inproceedings", "Huang et al. 2017",
        author="Huang, Gao and Liu, Zhuang and van der Maaten, Laurens and Weinberger, Kilian Q.",
        title="{Densely Connected Convolutional Networks}", booktitle=_CVPR_OF_IEEE, year="2017",
        doi="10.1109/CVPR.2017.243",
    ),
    "zoobot": work(
        "article", "Walmsley et al. 2023",
        author="Walmsley, Mike and Allen, Campbell and Aussel, Ben and others",
        title="{Zoobot: Adaptable Deep Learning Models for Galaxy Morphology}",
        journal="Journal of Open Source Software", year="2023", volume="8", number="85",
        pages="5312", doi="10.21105/joss.05312",
    ),
})  # fmt: skip

# What is looked for in the name of a model: all that fit of its training, of how it is built the
# first that fits.
_TRAINED = (
    (r"zoobot", "zoobot"),
    (r"(resnet|resnext)\d+\w*\.a[123]_in1k", "rsb"),
    (r"in1k|tf_efficientnet_lite", "imagenet"),
)
_BUILT = (
    (r"dinov3", "dinov3"),
    (r"dinov2", "dinov2"),
    (r"clip", "clip"),
    (r"^(tf_)?efficientnetv2", "efficientnetv2"),
    (r"^(tf_)?efficientnet|mobilenet_edgetpu", "efficientnet"),
    (r"^(seresnext|resnext)", "resnext"),
    (r"^(seresnet|ecaresnet|resnet|wide_resnet)", "resnet"),
    (r"^convnext(?!v2)", "convnext"),
    (r"^swin(?!v2)", "swin"),
    (r"^deit(?!3)", "deit"),
    (r"^vit_", "vit"),
    (r"^(tf_)?mobilenetv3", "mobilenetv3"),
    (r"^(tf_)?mobilenetv2", "mobilenetv2"),
    (r"^densenet", "densenet"),
)


def network_works(name: str, weights: str) -> tuple[list[str], list[str]]:
    """Say which papers a network of timm and its weights come from, where that is known.

    Parameters
    ----------
    name : str
        Timm's, such as ``"resnet50.a1_in1k"``.
    weights : str
        Name of the file of weights.

    Returns
    -------
    built, trained : list of str
        Keys of `NETWORKS`: of the network, at most one, and of its training.
    """
    plain = name.lower().rpartition("/")[2]
    built = [key for pattern, key in _BUILT if re.search(pattern, plain)]
    both = f"{plain} {weights.lower()}"
    return built[:1], [key for pattern, key in _TRAINED if re.search(pattern, both)]
