"""Tables as laboratories write them: encodings, dialects, numbers, words."""

# ruff: noqa: RUF001 - dashes and signs of typographers are what is read here

import io
import random

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklmag.tasks import read_table
from sklmag.tasks._encoding import decoded


def read(text, name="a.csv", **options):
    content = text if isinstance(text, bytes) else text.encode()
    return read_table(io.BytesIO(content), name, **options)


def column(words, **options):
    """Return what a column of words becomes, beside one of plain numbers."""
    rows = "".join(f"{k};{word}\n" for k, word in enumerate(words))
    return read(f"no;x\n{rows}", **options)["x"]


class TestEncodings:
    @pytest.mark.parametrize(("encoding", "names"), [
        ("gbk", "钕;镝;矫顽力"), ("gbk", "成分;烧结温度;矫顽力"), ("gb18030", "样品;温度(℃);剩磁"),
        ("shift_jis", "ネオジム;焼結温度;保磁力"), ("cp932", "組成;温度;保磁力"),
        ("cp1251", "Неодим;Температура;Коэрцитивность"), ("cp1251", "Сплав;№;Hcj, кЭ"),
        ("cp1252", "Nd;T in °C;Härte"), ("latin-1", "Größe µm;T_°C;±Hcj"),
        ("cp1252", "V (Å³);l’échantillon;œuvre"), ("cp1252", "“à chaud”;§ 5;20°–30°"),
        ("gbk", "钕;镝;Hcj_kOe"), ("gbk", "铁;钴;镍"), ("gbk", "炉;Nd;y"),
        ("cp1252", "V (Å³);b;c"), ("cp949", "네오디뮴;온도;보자력"), ("big5", "釹;鏑;矯頑力"),
        ("utf-8", "钕;Härte;Сплав"), ("utf-8-sig", "钕;Härte;Сплав"),
        ("utf-16", "钕;Härte;Сплав"), ("utf-16-le", "Nd;Dy;Hcj"), ("utf-32", "钕;a;b"),
    ])  # fmt: skip
    def test_names_in_every_language(self, encoding, names):
        text = f"{names}\n29,5;1,41;13,34\n30,1;2,6;15,7\n"
        table = read(text.encode(encoding))
        assert list(table) == names.split(";")
        assert table.iloc[0].tolist() == [29.5, 1.41, 13.34]

    def test_an_encoding_that_is_not_known(self):
        with pytest.raises(ValueError, match=r"encoding is not known, in b'Pr\\xf3bka"):
            decoded("Próbka;Żelazo\n1;2\n".encode("cp1250"))
        with pytest.raises(ValueError, match="it is no text"):
            decoded(b"PK\0\0\1\2\0")


ROWS = [["29.5", "1.41", "1027"], ["30.59", "4.41", "983"], ["30.1", "2.6", "1050"]]
NAMES = ["Nd", "Dy", "T_C"]


class TestDialects:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("quote", ["", '"'])
    @pytest.mark.parametrize("end", ["\n", "\r\n", ""])
    def test_separators_and_quotes(self, separator, quote, end):
        lines = [
            separator.join(f"{quote}{x}{quote}" for x in row) for row in [NAMES, *ROWS]
        ]
        table = read(f"{end or chr(10)}".join(lines) + end)
        assert table.to_numpy().tolist() == [[float(x) for x in row] for row in ROWS]

    @pytest.mark.parametrize("text", [
        "sep=;\nNd;Dy;T_C\n29,5;1,41;1027\n30,59;4,41;983\n30,1;2,6;1050\n",
        "Nd;Dy;T_C;\n29,5;1,41;1027;\n30,59;4,41;983;\n30,1;2,6;1050;\n",
        '"Nd";"Dy";"T_C"\n"29,5";"1,41";"1027"\n"30,59";"4,41";"983"\n"30,1";"2,6";"1050"\n',
        'Nd,Dy,T_C\n"29,5","1,41",1027\n"30,59","4,41",983\n"30,1","2,6",1050\n',
        "Nd;Dy;T_C\n29,5;1,41;1.027\n30,59;4,41;983\n30,1;2,6;1.050\n",
        "Nd;Dy;T_C\nwt.%;wt.%;°C\n29,5;1,41;1027\n30,59;4,41;983\n30,1;2,6;1050\n",
        "Nd;Dy;T_C\n29,5;1,41;1 027\n30,59;4,41;983\n30,1;2,6;1\u00a0050\n",
        "Nd;Dy;T_C\n29.5;1.41;1,027\n30.59;4.41;983\n30.1;2.6;1,050\n",
        "Nd;Dy;T_C\n29.5;1.41;1'027\n30.59;4.41;983\n30.1;2.6;1050\n",
        "# Nd,Dy,T_C\n29.5,1.41,1027\n30.59,4.41,983\n30.1,2.6,1050\n",
        "Nd,Dy,T_C\n2.95e1,1.41E+00,1.027e3\n30.59,4.41,983\n30.1,2.6,1050\n",
    ])  # fmt: skip
    def test_ways_to_write_one_table(self, text):
        table = read(text)
        assert list(table) == NAMES
        np.testing.assert_array_equal(table.to_numpy(float), np.array(ROWS, float))

    def test_what_was_read_in_a_special_way_is_said(self):
        table = read("Nd;T_C\n29,5;1.027\n30,1;983\n")
        assert table.attrs["notes"] == [
            "Column 'T_C': 1.027 is read as 1027; the decimal mark of the table is ','."
        ]
        table = read("alloy;T_C\n-;°C\nFeB;1027\nFe2B;983\n")
        assert table.attrs["notes"] == ["The line of units is no row: T_C in °C."]
        assert table["alloy"].tolist() == ["FeB", "Fe2B"]

    @pytest.mark.parametrize(("text", "names"), [
        ("Nd, wt.%;Hcj, kOe\n29,5;13,34\n30,1;15\n", ["Nd, wt.%", "Hcj, kOe"]),
        ('"Nd\n(wt.%)";"Hcj\r\n(kOe)"\n29,5;13,34\n30,1;15\n', ["Nd (wt.%)", "Hcj (kOe)"]),
        ('"Nd; wt.%";Hcj\n29,5;13,34\n30,1;15\n', ["Nd; wt.%", "Hcj"]),
        ("formula;gap\nFe0,5Co0,5;13,34\nFe0,4Co0,6;15\n", ["formula", "gap"]),
        (",gap\n0,13.34\n1,15\n", ["Unnamed: 0", "gap"]),
    ])  # fmt: skip
    def test_names_with_separators_and_line_breaks(self, text, names):
        table = read(text)
        assert list(table) == names
        assert table.iloc[:, 1].tolist() == [13.34, 15.0]

    def test_formulas_alone_have_no_name(self):
        assert read("Nd2Fe14B\nSmCo5\n").to_dict("list") == {
            "formula": ["Nd2Fe14B", "SmCo5"]
        }

    @pytest.mark.parametrize(("text", "message"), [
        ("a;b\n1;1.050\n2;983\n", r"column 'b' \(row 0\): '1.050' may be 1050 or 1.050, beside '983'. Say which"),
        ("a;b;c\n1,5;1.5;1.050\n2;3;4\n", "'1.050' may be 1050 or 1.050, beside '1,5'"),
        ('a,b\n1,"1,050"\n2,"983"\n', "'1,050' may be 1050 or 1.050"),
        ("29.5,1.4\n30.1,2.6\n", "its first line, '29.5,1.4', holds data, not the names"),
        ("Nd2Fe14B,585\nSmCo5,1020\n", "its first line, 'Nd2Fe14B,585', holds data"),
        ("a,b\n1,2\n3", "its last line, 3, holds 1 of 2 values and does not end"),
        ('a,b\n1,"2\n3,4\n', "line 3: .*A quote that is opened must end"),
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 values for 2 columns"),
        ("a,a\n1,2\n", "it has two columns 'a'. Rename one"),
        ("\n\n", "No columns: it is empty"),
    ])  # fmt: skip
    def test_what_is_refused(self, text, message):
        with pytest.raises(ValueError, match=message):
            read(text)

    def test_the_decimal_mark_can_be_said(self):
        text = "a;b\n1;1.050\n2;983\n"
        assert read(text, decimal=",")["b"].tolist() == [1050, 983]
        assert read(text, decimal=".")["b"].tolist() == [1.05, 983]

    def test_three_digits_behind_the_point_in_all_rows(self):
        assert column(["7.612", "7.598", "7.6"]).tolist() == [7.612, 7.598, 7.6]
        assert column(["7.612", "7.598"]).tolist() == [7.612, 7.598]

    def test_numbers_written_as_text_in_excel(self, tmp_path):
        book = openpyxl.Workbook()
        for row in (["Nd", "Dy", "note"], [29.5, "1,41", "ok"], [30, "2,6", None],
                    [31, "n.d.", "-"]):  # fmt: skip
            book.active.append(row)
        book.save(tmp_path / "a.xlsx")
        table = read_table(tmp_path / "a.xlsx")
        assert table["Nd"].tolist() == [29.5, 30, 31]
        assert table["Dy"].tolist()[:2] == [1.41, 2.6]
        assert table.isna().to_numpy().tolist() == [[False] * 3, [False, False, True],
                                                    [False, True, True]]  # fmt: skip


class TestWords:
    @pytest.mark.parametrize("word", [
        "", "nan", "NaN", "NA", "n/a", "n.d.", "N.D.", "-", "–", "—", "--", "?", "None",
        "null", "not measured", "#N/A",
    ])  # fmt: skip
    def test_missing_among_numbers(self, word):
        values = column(["1.5", word, "2.5"])
        assert values.dtype == float
        assert values.isna().tolist() == [False, True, False]

    @pytest.mark.parametrize(("word", "number"), [
        ("−1.5", -1.5), ("–1.5", -1.5), ("+1.5", 1.5), ("1.5e-3", 1.5e-3), (".5", 0.5),
        ("4.2 × 10^6", 4.2e6), ("4.2x10^-6", 4.2e-6), ("5.", 5.0), ("1,234.5", 1234.5),
    ])  # fmt: skip
    def test_numbers(self, word, number):
        assert column(["1.5", word, "2.5"]).tolist() == [1.5, number, 2.5]

    @pytest.mark.parametrize(
        "word", ["<0.01", ">5", "~3", "5±0.1", "bal.", "3 kOe", "1.2.3"]
    )
    def test_other_words_stay_and_are_named_when_needed(self, word):
        values = column(["1.5", word, "2.5", "3"])
        assert values.tolist() == [1.5, word, 2.5, 3.0]

    def test_sodium_nitride_and_words(self):
        table = read("alloy;made\nNaN;HIP\nFe;nan\nNa;-\n")
        assert table["alloy"].tolist() == ["NaN", "Fe", "Na"]
        assert table["made"].isna().tolist() == [False, True, True]

    def test_truth(self):
        assert read("a;b\n1;True\n2;FALSE\n")["b"].tolist() == [True, False]

    def test_sample_numbers_stay_words(self):
        assert column(["A 1 050", "B 1 051"]).tolist() == ["A 1 050", "B 1 051"]
        assert column(["12.05.2023", "13.05.2023"]).tolist() == [
            "12.05.2023",
            "13.05.2023",
        ]


def written(rng):
    """Return a table in a random dialect, and its values."""
    n_rows = rng.randint(3, 12)
    n_columns = rng.randint(2, 5)
    digits = [rng.choice([0, 1, 2, 4]) for _ in range(n_columns)]
    digits[0] = 2  # so that the decimal mark shows
    values = [
        [round(rng.uniform(0.01, 9000), digits[k]) for k in range(n_columns)]
        for _ in range(n_rows)
    ]
    missing = (
        {(rng.randrange(n_rows), rng.randrange(1, n_columns))} if n_rows > 4 else set()
    )
    decimal = rng.choice(".,")
    separator = rng.choice(";\t|" if decimal == "," else ",;\t|")
    thousands = rng.choice(["", "", " ", "'", "." if decimal == "," else ","])
    quote = rng.choice(["", '"'])
    quote = '"' if thousands == separator else quote

    def word(i, k):
        if (i, k) in missing:
            return rng.choice(["", "nan", "n.d.", "-"])
        text = f"{values[i][k]:_.{digits[k]}f}".replace(".", decimal)
        return text.replace("_", thousands)

    names = [rng.choice(["Nd", "T, C", "Hcj (kOe)", "Größe", "钕 [wt.%]"]) + str(k)
             for k in range(n_columns)]  # fmt: skip
    marked = [f'"{n}"' if separator in n else n for n in names]
    lines = [separator.join(marked)]
    lines += [
        separator.join(f"{quote}{word(i, k)}{quote}" for k in range(n_columns))
        for i in range(n_rows)
    ]
    text = rng.choice(["\n", "\r\n"]).join([*lines, ""])
    text = f"sep={separator}\n{text}" if rng.random() < 0.2 else text
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16"])
    right = pd.DataFrame(values, columns=names, dtype=float)
    for i, k in missing:
        right.iloc[i, k] = np.nan
    return text.encode(encoding), right


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32))
def test_tables_in_random_dialects(seed):
    content, right = written(random.Random(seed))
    pd.testing.assert_frame_equal(read(content).astype(float), right)


class TestWhatWasOnceMisread:
    @pytest.mark.parametrize(("text", "message"), [
        ("T Br\n300 120\n310 130\n", "separated by blanks, in '300 120'. Separate them"),
        ("T;y\n1.050;2\n1.100;3\n", "'1.050' may be 1050 or 1.050"),
        ("GaAs,1.4\nInP,1.3\n", "its first line, 'GaAs,1.4', holds data"),
        (b"PK\x03\x04", "no text, but an Excel file. Name it .xlsx"),
    ])  # fmt: skip
    def test_what_is_refused(self, text, message):
        with pytest.raises(ValueError, match=message):
            read(text)

    @pytest.mark.parametrize(("text", "first"), [
        ("GaAs\nInP\nSmCo5\n", ["GaAs"]), ("GaAs;\nInP;\n", ["GaAs"]),
        ("sample,Hc\nNd2Fe14B,n/m\nSmCo5,20\nFeB,30\n", ["Nd2Fe14B", "n/m"]),
        ("a;b\n10x100;1\n20x100;2\n", ["10x100", 1]), ("a;b\n300 350;1\n400 450;2\n", ["300 350", 1]),
        ("My magnets of May\nNd;Dy\n29,5;1,4\n30,1;2\n", [29.5, 1.4]),
        ("# measured in May\nNd;Dy\n29,5;1,4\n30,1;2\n", [29.5, 1.4]),
        ('"Nd","Dy"\n"1",29.5,1.4\n"2",30.1,2\n', [1, 29.5, 1.4]),
        ("wt,at\nNd,Na\n30,1\n31,2\n", ["Nd", "Na"]),
        (",Unnamed: 0,y\n0,5,1.5\n1,6,2.5\n", [0, 5, 1.5]), ("#,y\n1,1.5\n2,2.5\n", [1, 1.5]),
        ("T;Hc\nmin;kA·m⁻¹\n30;1,5\n31;2\n", [30, 1.5]),
    ])  # fmt: skip
    def test_first_rows(self, text, first):
        assert read(text).iloc[0].tolist() == first

    def test_the_mark_that_is_said_holds(self):
        assert read("a;b\n1;1.5\n2;2,5\n3;3,5\n", decimal=",")["b"].tolist() == [
            "1.5",
            2.5,
            3.5,
        ]
        with pytest.raises(ValueError, match="decimal='x' is neither"):
            read("a;b\n1;2\n", decimal="x")

    def test_sheets(self, tmp_path):
        book = openpyxl.Workbook()
        for row in (["My magnets", None, None], ["T", "Hc", "x"], ["°C", "kOe", None],
                    [1050, "n.d.", 1], [1060, 12.5, "#DIV/0!"], [1070, 13.5, 3]):  # fmt: skip
            book.active.append(row)
        book.active["C5"].data_type = "e"
        book.save(tmp_path / "a.xlsx")
        table = read_table(tmp_path / "a.xlsx")
        assert table["T"].tolist() == [1050, 1060, 1070]
        assert table["Hc"].dtype == float
        assert table["x"].tolist() == [1, "#DIV/0!", 3]
        assert table.attrs["notes"] == [
            "A line above the names is left out: 'My magnets'.",
            "The line of units is no row: T in °C, Hc in kOe.",
        ]
        book.active["C6"] = "=A4+1"
        book.save(tmp_path / "b.xlsx")
        with pytest.raises(
            ValueError, match="row 6 holds '=A4.1' without its value. Open"
        ):
            read_table(tmp_path / "b.xlsx")

    def test_thousands_beside_numbers_of_a_sheet(self, tmp_path):
        pd.DataFrame({"T": ["1.050", 983, 900], "y": [1, 2, 3]}).to_excel(
            tmp_path / "a.xlsx", index=False
        )
        with pytest.raises(
            ValueError, match="'1.050' may be 1050 or 1.050, beside '983'"
        ):
            read_table(tmp_path / "a.xlsx")

    def test_a_named_index_is_a_column(self, tmp_path):
        frame = pd.DataFrame(
            {"y": [1.0, 2.0]}, index=pd.Index(["Fe", "Co"], name="alloy")
        )
        frame.to_parquet(tmp_path / "a.parquet")
        assert list(read_table(tmp_path / "a.parquet")) == ["alloy", "y"]
