"""The papers that the estimators come from, as BibTeX."""

LIANG_2024 = """@article{Liang2024,
  title = {Performance prediction of sintered NdFeB magnet using multi-head attention
    regression models},
  author = {Liang, Qichao and Ma, Qiang and Wu, Hao and Lai, Rongshun and
    Zhang, Yangyang and Liu, Ping and Qi, Tao},
  journal = {Scientific Reports}, volume = {14}, pages = {28822}, year = {2024},
  doi = {10.1038/s41598-024-79435-7},
}"""

KOVACS_2023 = """@article{Kovacs2023,
  title = {Exploring the hysteresis properties of nanocrystalline permanent magnets
    using deep learning},
  author = {Kovacs, Alexander and Exl, Lukas and Kornell, Alexander and
    Fischbacher, Johann and Hovorka, Markus and Gusenbauer, Markus and Breth, Leoni and
    Oezelt, Harald and Yano, Masao and Sakuma, Noritsugu and Kinoshita, Akihito and
    Shoji, Tetsuya and Kato, Akira and Schrefl, Thomas},
  journal = {Frontiers in Materials}, volume = {9}, pages = {1094055}, year = {2023},
  doi = {10.3389/fmats.2022.1094055},
}"""

LONG_2025 = """@article{Long2025,
  title = {Predictor-corrector inverse design scheme for property-composition prediction
    of amorphous alloys},
  author = {Long, Tao and Long, Zhi-lin and Pang, Bo},
  journal = {Transactions of Nonferrous Metals Society of China}, volume = {35},
  pages = {169--183}, year = {2025}, doi = {10.1016/S1003-6326(24)66672-0},
}"""

DU_2024 = """@article{Du2024,
  title = {Rational design of deep learning networks based on a fusion strategy for
    improved material property predictions},
  author = {Du, Hongwei and Hui, Jian and Zhang, Lanting and Wang, Hong},
  journal = {Journal of Chemical Theory and Computation}, year = {2024},
  doi = {10.1021/acs.jctc.4c00187},
}"""

KRAJEWSKI_2022 = """@article{Krajewski2022,
  title = {Extensible structure-informed prediction of formation energy with improved
    accuracy and usability employing neural networks},
  author = {Krajewski, Adam M. and Siegel, Jonathan W. and Xu, Jinchao and
    Liu, Zi-Kui},
  journal = {Computational Materials Science}, volume = {208}, pages = {111254},
  year = {2022}, doi = {10.1016/j.commatsci.2022.111254},
}"""

WARD_2017 = """@article{Ward2017,
  title = {Including crystal structure attributes in machine learning models of
    formation energies via {Voronoi} tessellations},
  author = {Ward, Logan and Liu, Ruoqian and Krishna, Amar and Hegde, Vinay I. and
    Agrawal, Ankit and Choudhary, Alok and Wolverton, Chris},
  journal = {Physical Review B}, volume = {96}, pages = {024104}, year = {2017},
  doi = {10.1103/PhysRevB.96.024104},
}"""

DENG_2023 = """@article{Deng2023,
  title = {CHGNet as a pretrained universal neural network potential for charge-informed
    atomistic modelling},
  author = {Deng, Bowen and Zhong, Peichen and Jun, KyuJung and Riebesell, Janosh and
    Han, Kevin and Bartel, Christopher J. and Ceder, Gerbrand},
  journal = {Nature Machine Intelligence}, volume = {5}, pages = {1031--1041},
  year = {2023}, doi = {10.1038/s42256-023-00716-3},
}"""
