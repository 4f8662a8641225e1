"""What the benchmarks on formulas are: targets, rows, checksums."""

from sklmag.datasets._remote import RemoteFile

_DUNN = (
    "A. Dunn, Q. Wang, A. Ganose, D. Dopp, A. Jain, npj Comput. Mater. 6 (2020) 138, "
    "doi:10.1038/s41524-020-00406-3"
)

# task: target column, rows, sha256 (matminer's metadata), what it is
MATBENCH = {
    "dielectric": (
        "refractive_index",
        4764,
        "83befa09bc2ec2f4b6143afc413157827a90e5e2e42c1eb507ccfa01bf26a1d6",
        "Refractive indices of crystals (PBE, Materials Project)",
    ),
    "expt_gap": (
        "band_gap_eV",
        4604,
        "783e7d1461eb83b00b2f2942da4b95fda5e58a0d1ae26b581c24cf8a82ca75b2",
        "Measured band gaps (Zhuo et al.)",
    ),
    "expt_is_metal": (
        "is_metal",
        4921,
        "8f2a4f9bacdcbc5c2c73615629ee7986f09d39bed40ba7db52b61b2889730887",
        "Whether a compound is a metal, measured (Zhuo et al.)",
    ),
    "glass": (
        "is_glass",
        5680,
        "36beb654e2a463ee2a6572105bea0ca2961eee7c7b26a25377bff2c3b338e53a",
        "Whether an alloy forms a glass (Landolt-Boernstein)",
    ),
    "jdft2d": (
        "exfoliation_energy_meV_per_atom",
        636,
        "26057dc4524e193e32abffb296ce819b58b6e11d1278cae329a2f97817a4eddf",
        "Exfoliation energies of layered crystals (OptB88vdW, JARVIS)",
    ),
    "log_gvrh": (
        "log10_G_VRH_GPa",
        10987,
        "098af941f4c663270f1fe21abf20ffad6fb85ecbfcba5786ceac03983ac29da7",
        "Shear moduli of crystals (PBE, Materials Project)",
    ),
    "log_kvrh": (
        "log10_K_VRH_GPa",
        10987,
        "44b113ddb7e23aa18731a62c74afa7e5aa654199e0db5f951c8248a00955c9cd",
        "Bulk moduli of crystals (PBE, Materials Project)",
    ),
    "mp_e_form": (
        "formation_energy_eV_per_atom",
        132752,
        "dedcb1d4ba2e3e50dbdd45ba5bc647a00e9c2bcf8f8bf556dc8e92caa39eb21f",
        "Formation energies of crystals (PBE, Materials Project)",
    ),
    "mp_gap": (
        "band_gap_eV",
        106113,
        "58b65746bd88329986ed66031a2ac1369c7c522f7bc9f9081528e07097c2c057",
        "Band gaps of crystals (PBE, Materials Project)",
    ),
    "mp_is_metal": (
        "is_metal",
        106113,
        "9a028ed5750a4c76ca36e9f3c8d48fe0bf3fb21b76ec2289e58ae7048d527919",
        "Whether a crystal is a metal (PBE, Materials Project)",
    ),
    "perovskites": (
        "formation_energy_eV_per_cell",
        18928,
        "4641e2417f8ec8b50096d2230864468dfa08278dc9d257c327f65d0305278483",
        "Formation energies of perovskites (RPBE, Castelli et al.)",
    ),
    "phonons": (
        "last_phdos_peak_per_cm",
        1265,
        "4db551f21ec5f577e6202725f10e34dfc509aa7df3a6bdaac497da7f6dbbb9b3",
        "Highest peak of the phonon density of states (Petretto et al.)",
    ),
    "steels": (
        "yield_strength_MPa",
        312,
        "473bc4957b2ea5e6465aef84bc29bb48ac34db27d69ea4ec5f508745c6fae252",
        "Yield strengths of steels (Citrine Informatics)",
    ),
}

# set: target column
EXTENDED = {
    "CritExam__Ed": "decomposition_enthalpy_eV_per_atom",
    "CritExam__Ef": "formation_energy_eV_per_atom",
    "OQMD_Bandgap": "band_gap_eV",
    "OQMD_Energy_per_atom": "energy_eV_per_atom",
    "OQMD_Formation_Enthalpy": "formation_enthalpy_eV_per_atom",
    "OQMD_Volume_per_atom": "volume_A3_per_atom",
    "aflow__Egap": "band_gap_eV",
    "aflow__ael_bulk_modulus_vrh": "bulk_modulus_GPa",
    "aflow__ael_debye_temperature": "debye_temperature_K",
    "aflow__ael_shear_modulus_vrh": "shear_modulus_GPa",
    "aflow__agl_thermal_conductivity_300K": "thermal_conductivity_W_per_m_K",
    "aflow__agl_thermal_expansion_300K": "thermal_expansion_per_K",
    "aflow__energy_atom": "energy_eV_per_atom",
    "mp_bulk_modulus": "bulk_modulus_GPa",
    "mp_e_hull": "energy_above_hull_eV_per_atom",
    "mp_elastic_anisotropy": "elastic_anisotropy",
    "mp_mu_b": "magnetization_muB_per_cell",
    "mp_shear_modulus": "shear_modulus_GPa",
}

FORMULA_FILES = {
    f"matbench_{task}": RemoteFile(
        filename=f"matbench_{task}.json.gz",
        url=f"https://ml.materialsproject.org/projects/matbench_{task}.json.gz",
        checksum=f"sha256:{sha256}",
        n_rows=n_rows,
        license="MIT (Matbench); the data keep the terms of their sources",
        citation=_DUNN,
    )
    for task, (_, n_rows, sha256, _) in MATBENCH.items()
} | {
    "extended_benchmark": RemoteFile(
        filename="crabnet-1.0.1.tar.gz",
        url=(
            "https://files.pythonhosted.org/packages/23/ea/"
            "4c73a6765bfe637f9367286264b3c2dc9d4d999530ce14ed9d87f084bcbb/"
            "crabnet-1.0.1.tar.gz"
        ),
        checksum=(
            "sha256:f9e9e4a0efec531203d8a23ab15f8a84ff10bbe7cce2b51c7047affd3bede201"
        ),
        n_rows=None,
        license="MIT (CrabNet); AFLOW, Materials Project, OQMD keep their terms",
        citation=(
            "C. L. Clement, S. K. Kauwe, T. D. Sparks, Integr. Mater. Manuf. Innov. 9 "
            "(2020) 153, doi:10.1007/s40192-020-00174-4; A. Y.-T. Wang, S. K. Kauwe, "
            "R. J. Murdock, T. D. Sparks, npj Comput. Mater. 7 (2021) 77, "
            "doi:10.1038/s41524-021-00545-1"
        ),
    )
}
