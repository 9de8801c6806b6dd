"""XLSForm: forms as workbooks, the way most survey programs exchange them (xlsform.org)."""

from .reading import read_workbook
from .writing import workbook

__all__ = ["read_workbook", "workbook"]
