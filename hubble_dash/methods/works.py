"""The works that hubble-dash builds on; none is cited that was not used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hubble_dash.methods.networks import NETWORKS
from hubble_dash.methods.reference import Reference, arxiv, work

__all__ = ["WORKS", "bibtex"]

_FIELD: dict[str, Reference] = {
    "astropy2013": work(
        "article", "Astropy Collaboration 2013",
        author="{Astropy Collaboration} and Robitaille, T. P. and Tollerud, E. J. and others",
        title="{Astropy: A community Python package for astronomy}",
        journal="Astronomy \\& Astrophysics", year="2013", volume="558", pages="A33",
        doi="10.1051/0004-6361/201322068",
    ),
    "astropy2018": work(
        "article", "2018",
        author="{Astropy Collaboration} and Price-Whelan, A. M. and Sip{\\H{o}}cz, B. M. and"
        " others",
        title="{The Astropy Project: Building an Open-science Project and Status of the v2.0 Core"
        " Package}",
        journal="The Astronomical Journal", year="2018", volume="156", pages="123",
        doi="10.3847/1538-3881/aabc4f",
    ),
    "astropy2022": work(
        "article", "2022",
        author="{Astropy Collaboration} and Price-Whelan, A. M. and Lim, P. L. and others",
        title="{The Astropy Project: Sustaining and Growing a Community-oriented Open-source"
        " Project and the Latest Major Release (v5.0) of the Core Package}",
        journal="The Astrophysical Journal", year="2022", volume="935", pages="167",
        doi="10.3847/1538-4357/ac7c74",
    ),
    "photutils": work(
        "misc", "Bradley et al.",
        author="Bradley, Larry and Sip{\\H{o}}cz, Brigitta and Robitaille, Thomas and others",
        title="{astropy/photutils}", publisher="Zenodo", doi="10.5281/zenodo.596036",
    ),
    "numpy": work(
        "article", "Harris et al. 2020",
        author="Harris, Charles R. and Millman, K. Jarrod and van der Walt, St{\\'e}fan J. and"
        " others",
        title="{Array programming with NumPy}", journal="Nature", year="2020", volume="585",
        pages="357--362", doi="10.1038/s41586-020-2649-2",
    ),
    "skimage": work(
        "article", "van der Walt et al. 2014",
        author="van der Walt, St{\\'e}fan and Sch{\\\"o}nberger, Johannes L. and Nunez-Iglesias,"
        " Juan and others",
        title="{scikit-image: image processing in Python}", journal="PeerJ", year="2014",
        volume="2", pages="e453", doi="10.7717/peerj.453",
    ),
}  # fmt: skip

_SEARCH: dict[str, Reference] = {
    "faiss": arxiv(
        "Douze et al. 2024",
        "Douze, Matthijs and Guzhva, Alexandr and Deng, Chengqi and Johnson, Jeff and Szilvasy,"
        " Gergely and Mazar{\\'e}, Pierre-Emmanuel and Lomeli, Maria and Hosseini, Lucas and"
        " J{\\'e}gou, Herv{\\'e}",
        "{The Faiss library}", "2024", "2401.08281",
    ),
    "wccn": work(
        "inproceedings", "Hatch & Stolcke 2006",
        author="Hatch, Andrew O. and Stolcke, Andreas",
        title="{Generalized Linear Kernels for One-Versus-All Classification: Application to"
        " Speaker Recognition}",
        booktitle="IEEE International Conference on Acoustics, Speech and Signal Processing"
        " (ICASSP)",
        year="2006", volume="5", pages="585--588", doi="10.1109/ICASSP.2006.1661343",
    ),
    "bilinear": arxiv(
        "Lin et al. 2015",
        "Lin, Tsung-Yu and RoyChowdhury, Aruni and Maji, Subhransu",
        "{Bilinear CNN Models for Fine-grained Visual Recognition}", "2015", "1504.07889",
    ),
    "gem": arxiv(
        "Radenović et al. 2019",
        "Radenovi{\\'c}, Filip and Tolias, Giorgos and Chum, Ond{\\v{r}}ej",
        "{Fine-tuning CNN Image Retrieval with No Human Annotation}", "2019", "1711.02512",
    ),
    "tsne": work(
        "article", "van der Maaten & Hinton 2008",
        author="van der Maaten, Laurens and Hinton, Geoffrey",
        title="{Visualizing Data using t-SNE}", journal="Journal of Machine Learning Research",
        year="2008", volume="9", pages="2579--2605",
        url="https://jmlr.org/papers/v9/vandermaaten08a.html",
    ),
    "fitsne": work(
        "article", "Linderman et al. 2019",
        author="Linderman, George C. and Rachh, Manas and Hoskins, Jeremy G. and Steinerberger,"
        " Stefan and Kluger, Yuval",
        title="{Fast interpolation-based t-SNE for improved visualization of single-cell RNA-seq"
        " data}",
        journal="Nature Methods", year="2019", volume="16", pages="243--245",
        doi="10.1038/s41592-018-0308-4",
    ),
    "opentsne": work(
        "article", "Poličar et al. 2024",
        author="Poli{\\v{c}}ar, Pavlin G. and Stra{\\v{z}}ar, Martin and Zupan, Bla{\\v{z}}",
        title="{openTSNE: A Modular Python Library for t-SNE Dimensionality Reduction and"
        " Embedding}",
        journal="Journal of Statistical Software", year="2024", volume="109", number="3",
        pages="1--30", doi="10.18637/jss.v109.i03",
    ),
    "umap": work(
        "article", "McInnes et al. 2018",
        author="McInnes, Leland and Healy, John and Saul, Nathaniel and Gro{\\ss}berger, Lukas",
        title="{UMAP: Uniform Manifold Approximation and Projection}",
        journal="Journal of Open Source Software", year="2018", volume="3", number="29",
        pages="861", doi="10.21105/joss.00861",
    ),
    "hdbscan": work(
        "inproceedings", "Campello et al. 2013",
        author="Campello, Ricardo J. G. B. and Moulavi, Davoud and Sander, Joerg",
        title="{Density-Based Clustering Based on Hierarchical Density Estimates}",
        booktitle="Advances in Knowledge Discovery and Data Mining (PAKDD 2013)", year="2013",
        pages="160--172", doi="10.1007/978-3-642-37456-2_14",
    ),
    "kmeans": work(
        "article", "Lloyd 1982",
        author="Lloyd, Stuart P.",
        title="{Least Squares Quantization in PCM}",
        journal="IEEE Transactions on Information Theory", year="1982", volume="28", number="2",
        pages="129--137", doi="10.1109/TIT.1982.1056489",
    ),
    "sklearn": work(
        "article", "Pedregosa et al. 2011",
        author="Pedregosa, F. and Varoquaux, G. and Gramfort, A. and others",
        title="{Scikit-learn: Machine Learning in Python}",
        journal="Journal of Machine Learning Research", year="2011", volume="12",
        pages="2825--2830", url="https://jmlr.org/papers/v12/pedregosa11a.html",
    ),
    "pca": work(
        "article", "Pearson 1901",
        author="Pearson, Karl",
        title="{On lines and planes of closest fit to systems of points in space}",
        journal="The London, Edinburgh, and Dublin Philosophical Magazine and Journal of Science",
        year="1901", volume="2", number="11", pages="559--572", doi="10.1080/14786440109462720",
    ),
}  # fmt: skip

_PAGES: dict[str, Reference] = {
    "datashader": work(
        "misc", "Bednar et al. 2016",
        author="Bednar, James A. and Crist, Jim and Cottam, Joseph and Wang, Peter",
        title="{Datashader: Revealing the Structure of Genuinely Big Data}",
        howpublished="15th Python in Science Conference (SciPy 2016)", year="2016",
        url="https://datashader.org",
    ),
    "holoviews": work(
        "inproceedings", "Stevens et al. 2015",
        author="Stevens, Jean-Luc R. and Rudiger, Philipp and Bednar, James A.",
        title="{HoloViews: Building Complex Visualizations Easily for Reproducible Science}",
        booktitle="Proceedings of the 14th Python in Science Conference", year="2015",
        url="https://holoviews.org",
    ),
    "bokeh": work(
        "misc", "Bokeh Development Team",
        author="{Bokeh Development Team}",
        title="{Bokeh: Python library for interactive visualization}", url="https://bokeh.org",
    ),
    "panel": work(
        "misc", "Panel developers",
        author="{The Panel developers}",
        title="{Panel: the powerful data exploration and web app framework for Python}",
        url="https://panel.holoviz.org",
    ),
}  # fmt: skip

WORKS: Mapping[str, Reference] = MappingProxyType({**_FIELD, **_SEARCH, **NETWORKS, **_PAGES})


def bibtex(keys: Iterable[str], *, version: str) -> str:
    """Give the entries of some works, and that of hubble-dash.

    Parameters
    ----------
    keys : iterable of str
        Of `WORKS`; each is given once, in their order.
    version : str
        Of hubble-dash.

    Returns
    -------
    str
        BibTeX.
    """
    own = work(
        "software", "", author="{The hubble-dash developers}",
        title="{hubble-dash: from a folder of telescope images to a linked dashboard of what looks"
        " alike}",
        version=version, url="https://github.com/hubble-dash/hubble-dash",
    )  # fmt: skip
    entries = [WORKS[key].entry(f"hd:{key}") for key in dict.fromkeys(keys)]
    return "\n\n".join([own.entry("hubble-dash"), *entries]) + "\n"
